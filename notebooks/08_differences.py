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
# # Do the cities differ? 各市有没有差别？
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A test (检验) answers a narrow question: could chance alone have made differences as large as these? "No" is an answer. "Yes" only means that we cannot tell.
# 2. A p value (p 值) says nothing about size. Ask for the effect (效应量) and its interval (区间) in the same breath.
# 3. The more one compares, the more one finds. Adjust for the number of comparisons (多重比较校正), and say which ones were counted.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index, questionnaire = analysis["index"], analysis["questionnaire"]
hm.about_data(analysis)

# %% [markdown]
# Notebook 05 ended with a warning: bars of two cities may look different and mean nothing. Here we ask the question in one piece. Suppose all cities were alike in truth, and their enterprises had been dealt out among them like cards. How often would the cities
# then come out as different as they did?
#
# Scores are lopsided, with a few enterprises far ahead, so we compare ranks (秩) and not means: the Kruskal–Wallis test. It does not mind what scale the score has. For the stage we shuffle the cards in earnest: 10,000 tables with the same margins (Fisher 精确检验).
#
# **A question for you.** Ten cities make 45 pairs. Suppose no two of them differ in truth. If you test each pair at the 5% level, how many "clear" differences do you expect to find? (The answer is at the end.)

# %%
hm.tabulate_differences(analysis, "index")

# %% [markdown]
# Read a row from the right: first the sentence, then the numbers behind it. Epsilon squared (ε²) is the share of the spread of ranks that goes with the city. If it is a tenth, nine tenths of the spread lie *within* cities: to know an enterprise's city is to know little
# about the enterprise. Look at the interval too. Chance alone gives a small positive value, the larger the more cities there are, so that only the lower end tells whether anything is there.
#
# Two columns hold p values. The first looks at one row as if nobody had asked anything else; the second (Holm) knows how many rows were asked. Rows that change sides between the two are those on which careless reports are built. Which rows make one family (检验族) is a choice, and it is written
# down: assumption A120.
#
# Compare the row of the total with the row of the stage. The same answers, the same enterprises; yet a stage keeps so little of a score that a difference can get lost on the way. That a table of stages shows nothing is therefore weak evidence.
#
# ## Which cities? 两两比较
#
# "The cities differ" does not say which. The next figure takes every pair. A cell gives the chance that of two enterprises, one from the row's city and one from the column's, the row's has the higher score. Fifty means a coin.

# %%
pairs = hm.tabulate_pairs(index)
hm.plot_pairs(pairs, lang=LANG)

# %% [markdown]
# Frames mark the pairs that are told apart after adjustment (Dunn 检验，Holm 校正). Strong colours are not enough for a frame: with some twenty enterprises a city, even 65 against 35 may be chance. Notice also what the figure does not have: a ranking. "Not told apart" is not transitive. A may not be told
# apart from B, nor B from C, and yet A from C.
#
# A sentence and an interval (Cliff's delta) for every pair stand in the table; here are those of one city.

# %%
columns = ["first", "second", "n_first", "n_second", "p_holm", "delta", "ci_low", "ci_high"]
hm.narrow(pairs, columns=columns, where="first == '210500' or second == '210500'")

# %% [markdown]
# ## Is it the city, or the size? 是城市，还是规模？
#
# Cities have different enterprises. If large ones do better everywhere, a city with many large ones looks good without doing anything. Sizes (规模) come in an order, from micro to large, so we need not ask whether they differ *somehow*: we ask whether scores rise with them. A test with one question in mind
# sees more than one that listens to all (Jonckheere–Terpstra 趋势检验).

# %%
hm.tabulate_differences(analysis, "index", by="size", ordered=True)

# %% [markdown]
# Tau-b runs from −1 (always falling) over 0 to 1 (always rising). An interval that lies above zero beside an adjusted p above 5% is no contradiction: the interval holds for its own row, the p for all rows together.
#
# Now city and size at once. The model (有序 logit，比例优势模型) compares each city with the largest one *among enterprises of equal size*. An odds ratio (比值比) of 2 means: the odds of being above any given stage are twice as high. Its scale is logarithmic, since 2 and a half are equally far from "the same".

# %%
hm.plot_odds(hm.tabulate_odds(questionnaire, by=("city", "size")), lang=LANG)

# %% [markdown]
# Look at the length of the intervals before you look at the dots. A factor of three or four in either direction is nothing unusual where most enterprises stand at one stage. If in some city *all* were at the lowest stage, its odds ratio would run off to zero, and programs then print a tiny number with an enormous error. Here such a city is
# named in words and gets no dot (完全分离).
#
# The notes say something about the model itself. It supposes that a city shifts all cuts between stages alike. The check of that (Brant) needs enterprises on both sides of every cut in every group; where a group has none, the supposition cannot be checked, and the notes say so instead of giving a number.
#
# ## The answer
#
# Between two and three: 5% of 45 is a little over two. You would have something to report whether or not anything is there. With Holm's adjustment the chance of even one false "difference" among them stays below 5%.
#
# ## What we cannot say
#
# - That the cities are alike, where no difference shows. Look at the interval: what does it still allow?
# - That a difference comes from what a city does. Size and a few other things can be held equal; most things cannot.
# - Anything about those who did not answer. All tests here take those who answered to be like a random sample (assumption A100).
# - Anything about any real city, as long as the figures carry the mark of synthetic data.
