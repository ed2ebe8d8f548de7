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
# # Do the indicators hang together? 这些指标是一回事吗？
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A coefficient of consistency (一致性系数) says that indicators rise and fall together. It does not say what they measure, and where one answer decides another it partly measures the form.
# 2. Areas (方面) are a list that people wrote; factors (因子) are what the answers show. Hold one against the other, and expect neither to win.
# 3. On a scale of logits every enterprise and every step of every indicator has a place. The scale rises evenly; stages do not. A score is a slope, a stage is a cliff (分数是斜坡，阶段是悬崖).

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index = analysis["index"]
hm.about_data(analysis)

# %% [markdown]
# We add up fifty-four indicators (指标) and call the sum a level. Adding supposes that they are of one kind: nobody adds metres to degrees. Does an enterprise that does well on one indicator of an area also do well on the others? If not, the sum of the area is a number without a subject.
#
# ## Alpha, and what it hides α 系数
#
# Cronbach's alpha compares the spread of the sum with the spreads of its parts. If the parts go their own ways, their sum hardly spreads and alpha is near zero; if they move as one, it is near one. Omega (ω) asks the same of a model with one common factor, and lets indicators differ in how well they carry it.
#
# **A question for you.** An enterprise without an electronic records system cannot have any function of one. Nine indicators ask about the system and its functions. What does that do to alpha, even if functions had nothing else in common? (The answer is at the end.)

# %%
columns = ["node", "n_items", "n_complete", "alpha", "alpha_low", "alpha_high", "omega", "n_dependent", "caution"]
hm.narrow(hm.tabulate_reliability(index), columns=columns)

# %% [markdown]
# Read the last two columns first. A pair depends by construction (逻辑上相连) if one question decides whether or how the other is scored, or if some of their answers are impossible together. There the coefficient is never printed without its caution. Look also at the number of complete answers: only enterprises with every
# indicator of the area are counted, and they may not be like the others.
#
# ## One indicator against the rest 单个指标与其余
#
# A coefficient for an area cannot tell which indicator is out of step. For that we hold each one against the sum of the *others* (校正后的题总相关). The others, because with itself inside the sum any indicator would look good. Beside it stands alpha without the indicator: where it is higher, the area hangs together better without it.

# %%
items = hm.tabulate_items(index)
columns = ["indicator", "item_rest", "alpha", "alpha_without", "keyed", "n_tied"]
hm.narrow(items, columns=columns, where="node == 'F'")

# %% [markdown]
# A low value is a question, not a verdict. Perhaps the indicator was misread; perhaps it measures something that the area needs and the others lack. An index that only kept what agrees would ask one thing seven times.
#
# ## A question keyed the wrong way 方向反了的题
#
# Suppose that somebody had typed one scale upside down: the best answer as the worst. Nothing in the total would look odd, only a little lower. We can turn an indicator round on purpose and see what the table makes of it.

# %%
hm.narrow(hm.tabulate_items(index, turned=["F2.3"]), columns=columns, where="node == 'F'")

# %% [markdown]
# Its correlation with the rest has changed its sign, those of most others have dropped, and the column of direction names it. Alpha fell for the whole area, although six of seven indicators are as they were. So look for a wrong key *before* you explain a low alpha.
#
# ## How many things are measured? 背后有几个维度
#
# Six areas need not be six dimensions. Parallel analysis (平行分析) asks how many components stand above chance: we deal the answers of each indicator out anew among the enterprises, again and again, and see how large an eigenvalue (特征值) luck alone produces. Points come in a few ordered steps, so the
# correlations are polychoric (多项相关): those of the qualities behind the steps.

# %%
structure = hm.factors_of(analysis, "index")
hm.tabulate_dimensions(structure)

# %% [markdown]
# If a first component towers over the others, it is the level itself: some enterprises are far ahead in most things. That speaks for a total. It also hides smaller dimensions that go along with it, since chance shares out all the variance, while the first component has left little of it to the others.
#
# So we ask the second question separately. Take as many factors as there are areas and turn them (斜交旋转) until each indicator belongs to as few as possible. Nobody tells the method which indicators belong to which area. Does it find the areas?

# %%
hm.plot_loadings(hm.tabulate_loadings(structure), lang=LANG)

# %% [markdown]
# Black frames are our list; strong blue is what the answers say. Red frames are indicators that sit elsewhere. Before you move one to another area, ask why it sits there. An indicator that cannot be scored without a records system will stand beside the records system, whatever it is about: that is the form again.
#
# The next table counts. The note under it says how many indicators would be at home by luck; only what is above that number is a finding.

# %%
hm.tabulate_recovery(structure)

# %% [markdown]
# ## One scale for enterprises and indicators 同一把尺子
#
# Now the slope. A partial-credit model (分部计分模型) gives every enterprise a place, and every step of an indicator the place where half of the enterprises standing there would reach it. It uses no weights and no cut-offs. The picture is called a Wright map (怀特图).

# %%
hm.plot_person_item_map(hm.tabulate_person_item_map(index, least=analysis.study.k), lang=LANG)

# %% [markdown]
# Look at the upper part. Where the bands of two stages lie over each other, some enterprises of the lower stage stand above some of the higher one. No mistake was made. The scale adds everything up, so a strength can make good a weakness; a stage asks for floors (底线) and gates (必达条件), and one missing gate outweighs any strength. Along the slope
# each step of each indicator moves an enterprise a little. At the cliff most steps move nothing, and one moves it by a whole stage.
#
# Look at the lower part. Where there are many steps, the index tells enterprises apart well; where there are few, it guesses. No band in the upper part holds fewer enterprises than the study allows, and a small stage shows its mean only: nobody can be found on this map.
#
# ## Are they ordered as the stages suppose? 先后是否合乎设想
#
# A rule supposes a ladder. What it asks for the intermediate stage should come before what it asks for the advanced one. Each need (要求) is put where, from there up, half of the enterprises meet it. A pair is in order if the lower stage's need lies lower. Pairs on the same matter are left out, since a floor of forty cannot but come before one of sixty.

# %%
hm.tabulate_ladder(index)

# %% [markdown]
# Where "in order" is smaller than "pairs", the ladder has a rung in the wrong place: most enterprises meet a need of the higher stage before they meet one of the lower. That harms nobody, for a stage asks for all its needs together. But such a need stops few: most have passed it by the time it is asked.
#
# The last table goes the other way round, from stages to indicators. Each indicator belongs to the border at which its share of points rises most. If stages are steps of one ladder, the indicators of the upper border should be the harder ones.

# %%
hm.tabulate_separation(index, least=analysis.study.k)

# %% [markdown]
# Check the numbers of enterprises before you believe the last column. Where a stage has a handful, its mean share of points is a matter of a few answers, and so is the border it makes.
#
# ## The answer
#
# It raises alpha. Without a system all nine are at the bottom *together*, by the logic of the form; the enterprises without a system and those with one would spread the sum even if, among those with a system, the functions had nothing to do with each other. The coefficient is then no evidence of consistency, which is why it stands with its caution.
#
# ## What we cannot say
#
# - That the index measures informatisation. Things that rise and fall together may share a cause that has nothing to do with archives, such as the size of the enterprise.
# - That an area is wrong because no factor is its own, or right because one is. A list may have reasons that answers do not show.
# - That the model is true. It supposes that all indicators tell apart equally well, and that nothing ties them but the level; we know pairs that are tied. Reliability comes out too high for it.
# - How consistent the indicators are among those who left some blank. Alpha uses complete answers only.
# - Anything about any real enterprise, as long as the figures carry the mark of synthetic data.
