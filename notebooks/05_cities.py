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
# # What may one say about a city? 各城市的比较
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A city's share rests on a handful of enterprises. Beside every share belong its n and its interval (区间).
# 2. Ranks of small cities are ranges (名次区间), mostly long ones. A profile over six areas (方面) says more about what to do.
# 3. Differences between cities have three sources: the enterprises, chance, and who answered. The table shows their sum.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index, questionnaire = analysis["index"], analysis["questionnaire"]
hm.about_data(analysis)

# %%
stages = hm.tabulate_stages(index)
hm.plot_stages(stages, lang=LANG)

# %% [markdown]
# This is the figure everybody wants: the stages (阶段) of each city's enterprises, by the index. It adds up: unstaged enterprises (未定) have their own part of the bar, and the row "all" is set apart from the cities. The n beside each name is not decoration. Where it is
# small, the bar is drawn from few answers, and one enterprise more or less changes its look.
#
# How much? We ask for the share of enterprises that are at least intermediate, and draw an interval (区间) around it. Those with a stage are part of the enterprises in production on the registry (名录), and the
# interval counts: which numbers among *all* of them could well have given what we saw? It is exact (超几何分布精确区间), and it shrinks to a point where everybody answered.
#
# **A question for you.** Suppose two cities have 40 enterprises in production each. In the first 15 have a stage, and two of them are at least intermediate; in the second 30, and six are. The shares are 13% and 20%. Is the second city ahead? (The answer is at the end.)

# %%
shares = hm.tabulate_shares(analysis, "index", stages=("advanced", "intermediate"))
hm.plot_shares(shares, lang=LANG)

# %% [markdown]
# Compare the intervals of two cities before you compare their dots. Where the intervals overlap widely, the order of the two is not something these answers can tell. Compare them also with the dashed line: a city whose interval holds the share of
# all is, for all we know, an average city. A city without answers stands at the foot. It is not last; it is unknown.
#
# Two warnings about the interval itself. It answers for *chance* only, as if those who answered had been drawn by lot (assumption A100). If you mean nobody but those who answered, the dot is the whole truth and needs no interval. And many comparisons mislead: five cities make ten
# pairs, ten cities 45, so among the pairs a few "clear" differences will turn up even where there are none.
#
# ## Who is first? 名次
#
# A league table answers the question everybody asks, and answers it worst. We widen all intervals until they hold *together*, and ask of each city which ranks they leave open (名次区间). Mean scores use more of each answer than a stage does, so we give the ranks their best chance and rank by the mean total.

# %%
hm.plot_ranks(hm.tabulate_ranks(analysis, "index"), lang=LANG)

# %% [markdown]
# A long bar is an honest bar. Its headline counts the pairs of cities that can be told apart at all; for every other pair, "who is ahead" has no answer here. Ask for the ranks by share with `stages=("advanced", "intermediate")` and see whether any pair is left: a stage
# keeps less of what we know than a score.
#
# ## Where are they strong and weak? 六个方面
#
# Ranks invite the question who is first. Areas invite the question what to do. The next figure leaves the stages aside and goes back to the mean scores.

# %%
hm.plot_areas(hm.tabulate_areas(index), lang=LANG)

# %% [markdown]
# Read the columns first: an area that is pale in *every* city is a task for the province (标准、培训、共用系统), not for a city. Then read along a row for a city whose profile differs from the others' in shape and not only in height. That is where
# a visit may find something to copy, or to mend.
#
# ## On the map 方格图
#
# A map with real borders gives the largest city the loudest voice. Tiles give each city the same, and stand roughly where it lies.

# %%
hm.plot_map(stages, lang=LANG)

# %% [markdown]
# Hatched tiles are cities in which this survey was not held. They are not zero; they are unknown. A map that left them white would say something else.
#
# How much of each city do we see? Coverage (覆盖率) divides usable answers by the enterprises in production on the registry (名录).

# %%
columns = ["group", "n_in_production", "n_usable_index", "coverage_index_pct"]
hm.narrow(hm.tabulate_coverage(analysis), columns=columns, where="n_usable_index > 0 and group != 'all'")

# %% [markdown]
# A high coverage makes chance smaller, since there are few enterprises left to surprise us; the intervals above have taken that into account. It does not help against the other error: those who did not answer may be just those who have nothing to show.
#
# ## How far is it to the next stage? 距上一级
#
# A city officer does not need to know that an enterprise is low. She needs to know who is *nearly* intermediate, and what is in the way.

# %%
hm.plot_distance(hm.tabulate_distance(index), lang=LANG)

# %% [markdown]
# On the left, the points (总分) still lacking; on the right, the number of needs (条件) not met. An enterprise with few points lacking but several needs unmet is farther away than it looks. The figure counts and names nobody: who is who stays
# inside the house.
#
# ## The other survey, and what visits found
#
# The questionnaire stages the same kind of enterprise by what its archives are kept on (载体). The cities need not be the same: look which ones are new.

# %%
hm.plot_stages(hm.tabulate_stages(questionnaire), lang=LANG)

# %% [markdown]
# If a city looks different here, do not average the two figures. They measure two things: how archives are kept, and how far digital archives have been built. Where both agree one may speak with a little more
# confidence.
#
# The study also visited representative enterprises (实地走访). A visit confirms the stage that the answers gave, or contests it, and both results stand side by side.

# %%
hm.plot_visits(hm.tabulate_visit_changes(analysis, "questionnaire"), lang=LANG)

# %% [markdown]
# If visits contest upward as often as downward, answers are merely rough. If they mostly contest downward, people have answered as they would like things to be. With few visits, this is a hint and not a rate, the more so as nobody draws the enterprises
# to be visited by lot.
#
# ## The answer
#
# Nobody can say. Two of 15 with 40 in production has an interval of about 5 to 35%, six of 30 one of about 15 to 30%: the second lies within the first. It is shorter, because three in four enterprises of that city have a stage, but it does not stand above the other. What one may say: "in both cities most enterprises
# that could be staged are low; the answers do not tell the cities apart." It is a true sentence, and it is less disappointing than a false one.
#
# ## What we cannot say
#
# - That a city is better *because* of something. The tables describe; they compare no like with like (size, industry, ownership differ).
# - Anything about cities in which the index survey was not held, or about closed enterprises.
# - That the ranks would be the same next year. There is one wave (轮次).
# - Anything about any real city, as long as the figures carry the mark of synthetic data. In the stand-in the names were dealt out by lot.
