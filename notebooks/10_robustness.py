# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Would another choice change the stage? 权重、分数线略有变动，阶段会不会变
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A score is a slope and a stage is a cliff (分数是斜坡，阶段是悬崖). A small change of weights moves every score a little, and a few stages by a whole step.
# 2. So beside a stage near a cut-off (分数线) belongs its chance (概率): in how many of ten thousand reasonable choices would it still stand?
# 3. "Robust" means nothing by itself. One must say *against what*: which choices were varied (变动), how far, and which matters most.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index, questionnaire = analysis["index"], analysis["questionnaire"]
hm.about_data(analysis)

# %% [markdown]
# Somebody had to choose: six areas of equal weight (权重), lines at 60 and 80, a floor (底线) in every area, an arithmetic mean, blanks left blank. Each choice can be defended, and so can its neighbour. A referee will ask whether the result is a fact about the
# enterprises or about the choices.
#
# We answer by making the choices again, ten thousand times. Each draw (抽取) takes weights up to a quarter higher or lower, moves both lines by up to five points, and so on. Then it scores and stages every enterprise anew. The answers themselves stay as they are. What may vary stands in a file
# (`definitions/variations/digital_archives.toml`), with a reason for each range, and a student can edit it.

# %%
variations = hm.vary(index, index.plan.variation, draws=10_000)
print(variations)

# %% [markdown]
# The lines above say what was varied. A factor that could change nothing would have been refused: a weight of an area that has no sister, a line that is not in the rule. Zero effect by mistake looks just like robustness.
#
# ## The cliff and the slope 悬崖与斜坡
#
# In the next figure every enterprise is a thin strip, in the order of its total score (总分). The colours show in how many draws it stood at each stage.
#
# **A question for you.** Before you look: two enterprises have 57 and 45 points, both low, the line is at 60. For which of the two does "low" say more about the enterprise than about the line? (The answer is at the end.)

# %%
chances = hm.tabulate_stage_chances(variations)
hm.plot_stage_chances(chances, lang=LANG)

# %% [markdown]
# Along the bottom the score rises steadily: the slope. The colours do not rise, they break: far from a line a strip has a single colour, near a line it is mixed. That is the cliff, seen from ten thousand places. The width of the mixed zone is the part of the result that rests on our choices.
#
# A strip of another colour in the midst of its neighbours is no error. Such an enterprise has the points and lacks a gate (必达条件), and no change of weights opens a gate.
#
# Who stands on the edge (处在边缘)? Those that keep their stage in fewer than nine draws of ten. The table shows them without names or ids.

# %%
columns = ["stage", "kept_pct", "kept_error_pct", "total", "rank", "rank_low", "rank_high"]
hm.narrow(chances, columns=columns, where="on_edge == 'yes' and stage != 'unstaged'")

# %% [markdown]
# Two columns deserve a second look. The error (标准误) beside the chance is that of drawing: with ten thousand draws it is below half a point, so what remains is no noise of ours. And the ranks (名次): an enterprise whose stage is in doubt may still have a rank that hardly moves. The slope is more robust
# than the cliff, which is why we report scores and stages together.
#
# ## What becomes of the shares? 占比的变动
#
# A province reads shares, not strips. Some enterprises go up while others go down, and the shares move less than the enterprises do, unless a choice pushes all of them the same way.

# %%
hm.plot_share_ranges(hm.tabulate_share_ranges(variations), lang=LANG)

# %% [markdown]
# This line is not a confidence interval (置信区间). It would be there even if every enterprise of the province had answered. It says: had reasonable people chosen otherwise, the share would have come out between here and there. Chance, and who answered, come on top; notebook 05 has those.
#
# ## Which choice matters most? 最要紧的选择
#
# We can take the movement apart. If only the weights are exchanged and all else kept, how much of the movement remains? Sobol indices (索博尔指数) answer that: the first order (一阶) is what a factor does alone, the total (总指数) what it does with all others.

# %%
influence = hm.trace_choices(variations, runs=1024)
hm.plot_influence(hm.tabulate_influence(influence), lang=LANG)

# %% [markdown]
# The longest bar tells a committee where to spend its afternoon. If it is the cut-offs, a week of arguing about weights is a week lost. Bars near zero do not say that the choice is unimportant in itself; within *these* ranges it moved little.
#
# For single enterprises the answer may differ. The next table counts nobody twice: each enterprise whose stage moves at all, with the factor that moves it most.

# %%
hm.narrow(hm.tabulate_unit_influence(influence), columns=["most", "total_weights", "total_cutoffs", "total_missing"])

# %% [markdown]
# Enterprises that left questions blank (缺答) are often moved most by how blanks are treated. That is good news: a telephone call would settle it, and no method is needed.
#
# ## The other survey 载体问卷
#
# The questionnaire has no scores, only shares of archive types and a majority. "Half" is a choice too; let us say 40 to 60 per cent.

# %%
carrier = hm.vary(questionnaire, questionnaire.plan.variation, draws=10_000)
hm.plot_stage_chances(hm.tabulate_stage_chances(carrier), lang=LANG)

# %% [markdown]
# The strips have steps here, not a slope: an enterprise with eight archive types can have a share of 4/8 or 5/8 and nothing between. A line that moves from one half to a hair above it turns all with exactly one half at once. Small counts make cliffs of their own.
#
# ## The answer
#
# For the one with 45 points. No line between 55 and 65 and no reasonable weights bring it to intermediate, so "low" tells something about the enterprise. At 57 points the stage depends on where within a few points the line was drawn; there, report the score and the chance, and let the word "low" rest.
#
# ## What we cannot say
#
# - That a stage with a chance of 100% is *true*. Every draw uses the same answers; if an answer is wrong, it is wrong ten thousand times.
# - That the ranges are right. They are assumptions (A101 to A104) with reasons, and others would draw them wider or narrower. Change the file and see.
# - Anything about choices that were not varied, such as the questions that were asked or the points of each answer.
# - Anything about any real enterprise, as long as the figures carry the mark of synthetic data.
