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
# # Can one believe what enterprises write? 自报的话，能信几分
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A field visit (实地走访) is a second opinion on a questionnaire. Put both into one table, and you see not only how often they differ but in which direction.
# 2. Visits that were *chosen* cannot be averaged as if they had been *drawn*. Reckon within each stage by the answers, where the choice was made.
# 3. A dozen visits correct nothing by much, but they widen every interval honestly. That is their use.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# After the surveys a team went to some of the enterprises and looked. Each visit says of one survey: confirmed (一致), contested (不一致) with the stage that was found, or could not tell (无法判断). We take the last out and cross the rest with the stage by the answers: a misclassification table (误判表).
#
# **A question for you.** Suppose every visited enterprise of the highest stage is found to be one stage lower, and all others are confirmed. Only a handful of enterprises are at the highest stage. Does the share of the *lowest* stage change? (The answer is at the end.)

# %%
hm.tabulate_misclassification(analysis, "index")

# %% [markdown]
# Rows are what enterprises wrote, columns what was seen. On the diagonal both agree. Left of it the visit found more than the enterprise had claimed, right of it less. The interval of the confirmed share is Jeffreys' (杰弗里斯区间), made for small numbers such as these: even where all visits agree it does not say that all answers are right.
#
# Who was visited? Not a random sample. The team went to the advanced, and to those near a border, where doubt was greatest. So the share contested is likely to be too high for the others. Keep this in mind through the whole notebook.

# %%
hm.tabulate_visit_agreement(analysis, "index")

# %% [markdown]
# Weighted kappa (加权 kappa) counts agreement beyond chance, one stage apart as partly wrong. Its interval is wide. The last column asks whether answers err to either side equally often. Self-reports usually flatter; if higher and lower findings balance, you have slips rather than boasting.
#
# ## What would that make of the shares? 校正占比
#
# There are two ways, and they are often confused.
#
# - **By the true class** (Rogan and Gladen, 1978; 矩阵法). A medical test has a sensitivity (灵敏度) and a specificity (特异度), known from elsewhere; then the true share follows by solving an equation. With two classes: true share = (named share + specificity − 1) / (sensitivity + specificity − 1). With more classes the equation becomes a matrix to invert, and a
#   nearly singular matrix has no answer worth having.
# - **By the named class** (Tenenbein, 1970; 二重抽样). Among enterprises of one stage by their answers, those visited stand for the others. Nothing is inverted, and it does not matter that more visits went to one stage than to another. That is our case, and our choice (assumption A216).

# %%
hm.plot_adjusted(hm.tabulate_adjusted_shares(analysis, "index"), lang=LANG)

# %% [markdown]
# Blue: by the answers. Red: put right by the visits. The two dots lie closer together than the red line is long. The right reading is not "the true share is the red dot" but "with so few visits it may be anywhere on the red line". The prior (先验) behind it weighs as much as one single enterprise (A217).
#
# The table has a last column for the matrix method, fed with the same visits as if they had been drawn by the stage found. Where it is blank a note says why; with few visits it easily gives shares below zero.

# %%
hm.tabulate_adjusted_shares(analysis, "index")

# %% [markdown]
# The questionnaire was visited too. There are more enterprises at each of its stages, and the visits were kinder to it.

# %%
hm.tabulate_misclassification(analysis, "questionnaire")

# %%
hm.plot_adjusted(hm.tabulate_adjusted_shares(analysis, "questionnaire"), lang=LANG)

# %% [markdown]
# ## And the cities? 各市
#
# A city had no visit, or one, or two. Nothing can be estimated from that. All we can do is to carry the province's rates into every city, as if enterprises everywhere erred alike (A219). This is a model and stays in the house.

# %%
by_city = hm.tabulate_adjusted_by_city(analysis, "index")
hm.narrow(
    by_city,
    columns=["group", "n", "said_pct", "adjusted_pct", "adjusted_low_pct", "adjusted_high_pct"],
    where="stage == 'low'",
)

# %% [markdown]
# Notice that the correction pulls the cities towards each other. That is what a common rate must do, and a reason not to rank cities by corrected shares.
#
# How many visits would it take? The width of an interval shrinks with the square root of their number: to halve it, visit four times as many. Let chance choose within each stage, and write down who could not be visited. Then the first sentence of assumption A216 becomes true by design.
#
# ## The answer
#
# No. Those of the highest stage fall to the middle one, and the lowest stage is confirmed as it is. Errors move shares only between the stages that are confused. And because few enterprises are at the top, even an error rate of one in one moves the middle stage by no more than those few: an error rate matters in proportion to the class in which it
# occurs.
#
# ## What we cannot say
#
# - That a visitor is right. The visit is taken as the truth here; two teams might differ, and nobody sent two.
# - What unvisited enterprises would have shown. They are *taken* to be like the visited of their stage.
# - That all other tables should use corrected shares. They use the answers, which everybody gave under the same conditions.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data. For the stand-in, moreover, the visits were drawn so as to read sensibly (A97): they show the method and try nothing.
