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
# # Have things got better, or have others answered? 是企业变了，还是企业换了
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. Two waves (两期调查) differ for three reasons: enterprises changed, other enterprises answered, or the yardstick (尺子) changed. Only the first is progress.
# 2. Follow the same enterprises (同一批企业). Those who entered and those who left are counted apart, and nothing is guessed about them.
# 3. Whoever was low by bad luck rises without doing anything. Before you praise the laggards for catching up, group them in a way that luck cannot touch.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# The survey of digital archives was held again. `study.toml` names the second workbook under `[[wave]]`; enterprises are matched by their ids (编号). Both waves are scored by the *same* index and staged by the *same* rule, that of the study. If the older wave had been asked by an older codebook, the program would first look whether every
# question that the index needs was asked in the same way, and would refuse, with the list of questions, if it was not. That is the third reason of the first takeaway dealt with.
#
# One warning. Where a mark says *synthetic*, the follow-up is so too, and forecasts nothing; it is there to show what to do with a second wave of your own. The study whose index this is was made once.
#
# **A question for you.** An authority reports: "The mean score rose by five points in two years." Name two ways in which this can be true although no enterprise has improved. (The answer is at the end.)

# %%
(step,) = hm.steps_of(analysis, "index")
hm.plot_flows(hm.tabulate_transitions(step), lang=LANG)

# %% [markdown]
# This is a flow chart (桑基图): the earlier wave on the left, the later on the right, and a band as wide as the enterprises in it are many. Bands with a dark edge are moves from one stage to another; the pale ones stayed, could not be staged, or were there only once. Look first at the widest dark band, then at the grey ends: are those
# who left (未再参加) spread over the stages like the others, or do they come from one of them?
#
# The same as a transition table (转移表). Read along the row: what became of those who stood at this stage?

# %%
hm.tabulate_transitions(step)

# %% [markdown]
# The shares come with intervals. But intervals for what? Everybody who could be compared *was* compared; there is no sample. We take each enterprise's move as one that chance might have brought: a clerk who read a question otherwise, a server that arrived in December and not in January (assumption A213). The sign test (符号检验) under
# the table asks whether rises and falls could be equally likely.
#
# ## Like for like 同批比较

# %%
hm.tabulate_like_for_like(step)

# %% [markdown]
# Each row takes a change apart, and the three parts add up to it exactly. "The same enterprises" is the part that you may call a change. "Who entered" and "who left" are changes of the company, not of anybody in it. If the weak give up answering, the mean goes up; this is called attrition (样本流失), and it flatters every programme that
# is judged by those who stayed.
#
# City by city there are few enterprises, and fewer still who moved. Read the intervals before the shares.

# %%
hm.narrow(
    hm.tabulate_wave_moves(step),
    columns=["group", "n_both", "n_entered", "n_left", "n_up", "n_down", "up_pct", "up_low_pct", "up_high_pct"],
)

# %% [markdown]
# ## What drove it? 变化来自哪里
#
# The total is a sum: points of each indicator, times what a point counts for. So its change is a sum too, and can be shared out among the indicators without a remainder. One detail needs a decision: where an indicator does not apply any more, the others count for more. We use the mean of both waves' weights and put what is left
# into a row of its own (A214). Look how small that row is.

# %%
hm.first_drivers(hm.tabulate_drivers(step))

# %% [markdown]
# Now read the first row with suspicion. "Years of electronic ledgers kept" (台账电子保存年限) grows by itself as years go by: whoever does nothing at all gains. An indicator that rewards the calendar is fine for a snapshot and misleading in a comparison. A good question for the next version of the index.
#
# And by city, area by area:

# %%
hm.tabulate_drivers_by_city(step)

# %% [markdown]
# ## Catching up, or luck running out? 向均值回归
#
# It is tempting to sort enterprises by their first score and to admire how much the lowest quarter has gained. Francis Galton found in 1886 that children of very tall parents are less tall. Nothing was done to them. Who is at the bottom of a list is there partly by bad luck, and luck does not repeat itself.
#
# Oldham's remedy (1962) is simple: sort by the *mean* of both scores. Luck in the first wave and luck in the second then weigh the same and cancel.

# %%
hm.tabulate_return(step)

# %% [markdown]
# Compare the first column of changes with the second, in the lowest and in the highest quarter. What is in the first and not in the second is regression to the mean, not achievement. The remedy has its own premise: scores must spread about as much in both waves (A215).
#
# ## The answer
#
# First, those with low scores may have left, or stronger ones entered: the mean rises and nobody has moved. Second, the yardstick may have changed: a new index, or an indicator that grows with the calendar. There is a third: the same enterprises may have filled in the form more boldly. Against that no table of questionnaires helps; it takes a
# visit (notebook 18).
#
# ## What we cannot say
#
# - Why anything changed. Two waves show that, and where, but no cause; there is no group that was left alone.
# - How those who left are doing. They may have closed, or lost patience with us.
# - That a change of self-reports is a change of archives.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
