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
# # How does a sheet of answers become one number? 从答卷到总分
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A score (得分) is a fraction: points earned over points that could have been earned. Most quarrels about scores are quarrels about the denominator (分母).
# 2. "Not applicable" (不适用), "don't know" (不清楚) and a blank (未答) are three different things, and the index treats each in its own way, on purpose.
# 3. Weights (权重) are a decision. Before arguing about them, look whether they change anything.
#
# Words in *italics* stand in the glossary (`docs/glossary.md`), with their Chinese.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %% [markdown]
# The study file names the workbooks, the codebooks and the rules. We read it, carry the study out, and take the second of its two surveys: the one that was built to be
# scored (现状调查).

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
survey = analysis["index"]
print(analysis)
hm.about_data(analysis)

# %% [markdown]
# Each line is a survey: how many answered, and how many stand at each stage (阶段). The word in brackets says what kind of data it all rests on. Counts like these hide how they came
# about. So we leave the crowd and stay with **one** enterprise until we could compute its total (总分) with a pencil.
#
# Which one? Not the best and not the worst. `find_example` looks for an enterprise that shows as many kinds of silence as possible and is otherwise ordinary. You may put any other
# id in its place.

# %%
unit = hm.find_example(survey)
paper = hm.tabulate_points(survey, unit)
hm.narrow(paper, where="area in ('B', 'E')")

# %% [markdown]
# Two of the six areas (方面), an indicator (指标) a line. Read a line from left to right: this was asked, that was answered, so many *points* (分值) were earned, so many could have been. Now look for the
# lines where the last column is empty:
#
# - **not applicable**: the matter cannot exist here. An enterprise that buys no outside service has no contract whose secrecy clause one could judge. The indicator *leaves the denominator*. Only six indicators may be answered so,
#   and only if other answers bear it out; otherwise an enterprise with nothing at all could answer its way to a high score.
# - **a gap**: nothing was said. We do not know, so we do not count it on either side.
# - **don't know** stays in, with nothing earned. Whoever keeps the archives and cannot say whether there are backups mostly has none. That is an *assumption* (A22), and it has a number so
#   that you can contest it.
#
# The area's score is now a sum and a division. We do it ourselves, for all six areas, from the two columns on the right, and put the program's result beside ours.

# %%
sums = paper.frame.groupby("area")[["points", "most"]].sum()
by_hand = 100 * sums["points"] / sums["most"]
program = survey.scores.values.loc[unit]
sums.assign(by_hand=by_hand, program=program[sums.index]).round(2)

# %% [markdown]
# The last two columns agree. (If in some area they did not, it would be one in which too little was answered; we come to that below.)
#
# One step is left. The *total* is the mean of the six areas, each counting alike (等权), rounded once, to two decimals. Rounding the areas first would round
# twice, and an enterprise just below a cut-off could be lifted over it by arithmetic alone.

# %%
print(f"by hand {by_hand.mean():.2f}, by the program {program['total']:.2f}")
print(hm.because(survey.stages, LANG)[unit])

# %% [markdown]
# The second line is the program's own sentence about this enterprise: its stage, in effect, and the one need (条件) that decided. Notebook 04 takes such sentences apart.
#
# ## A question for you
#
# Two enterprises earned 9 of 15 points on five indicators of area E. On the remaining one (E1.4, security terms for outside services) one has poor contracts and earns nothing of 3; the other
# buys no services and answers "not applicable". Whose score in E is higher, and is that fair? Write your answer down; ours is at the end.
#
# ## What does silence cost?
#
# Suppose the same enterprise had answered less. We take away its answers in area E (安全保密, security), one after the other: once by leaving them blank, once by answering "don't know". Before
# you run the cell, **guess**: which of the two costs more? Can a blank ever pay?

# %%
hm.tabulate_silence_cost(survey, unit, area="E")

# %% [markdown]
# Two rules are at work. A "don't know" can only lower the score. A blank takes points *and* their maximum away, so the score of the area moves towards what the remaining answers
# are worth: it may fall, and it may rise. Left alone, that would invite people to leave out what they are bad at. Hence the **80% rule**: an area is
# scored only if at least 80% of its applicable weight is answered. Below that it is missing, the total is missing, and the enterprise is *unstaged* (未定级), not low. The
# program prefers saying nothing to saying something it cannot know.
#
# Eighty is an assumption too (A23). Nobody published it; it is a common middle.
#
# ## Do the weights matter?
#
# The six areas have between six and seventeen indicators. If areas count alike, an indicator of a small area weighs nearly three times as much as one of a large area. One may find that wrong and
# let the seventeen second-level items (二级指标) count alike instead. Or one borrows weights from the best published precedent for enterprise archives, Guangdong's of 2011 (广东测评办法), whose areas
# have to be mapped onto ours with an argument. Rather than arguing, we compute all three.

# %%
items = hm.restage(survey, weighting="equal_items")
guangdong = hm.restage(survey, weighting="guangdong")
hm.tabulate_alternatives(survey, items, guangdong)

# %% [markdown]
# Read the columns "up" and "down" first. They say how many enterprises would stand at another stage (阶段) than under equal areas. Then compare the means: a
# weighting that favours the areas where enterprises are strong lifts everyone, and that is no progress. The last column deserves a second look: weights also decide which areas count as
# *answered enough*, so a change of weights can decide who is scored at all.

# %%
ranks = survey.scores.total.rank()
print(f"seventeen items alike {ranks.corr(items.scores.total.rank()):.3f}")
print(f"Guangdong's weights   {ranks.corr(guangdong.scores.total.rank()):.3f}")

# %% [markdown]
# These two numbers compare the *order* of the enterprises under equal areas with their order under the other two weightings; 1 means the same order. Where they are close to 1, the quarrel about
# weights is mostly a quarrel about who stands just above or just below a line. Notebook 04 is about that line.
#
# ## The answer
#
# The second one's. The first has 9 of 18 points, that is 50; the second 9 of 15, that is 60. It is fair if "not applicable" is true: then each is measured on what it has to do. It is unfair
# if it is an excuse, and that is why the index accepts it only when other answers bear it out.
#
# ## What we cannot say
#
# - Whether an answer is true. A score repeats what an enterprise says about itself; only the field visits (实地走访) check it, and only for the few visited.
# - That a point is worth a point. Three points for a machine room and three for a training plan are equal because somebody had to decide, not because anyone measured it.
# - How the study itself scored. Its table, its weights and its treatment of gaps are not published; the index here is this project's own.
# - Anything about Liaoning, as long as the tables carry the mark of synthetic data.
