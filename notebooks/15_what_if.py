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
# # What would the four solutions change, and for how many? 四条对策如果推行，能改变多少企业
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A measure (措施) is a list of answers that it would raise, a share of enterprises that take part (参与率), and a share with which it works (有效率). All three are assumed, stand in one file, and can be edited.
# 2. The engine does the rest: everyone is scored and staged anew (重新分段) under every combination. What one measure does depends on the others, because a stage asks for several things at once.
# 3. An interval holds what was varied and nothing else. Here that is uptake and effect. It says nothing about those who did not answer, and nothing about whether the list of answers is right.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# The study ends with four solutions (四条对策): digitise, bring in standards, build a staff, design the management system from the top. An abstract names them; it does not say what they would change. To reckon with a solution we must say that, and so we say it ourselves, in `definitions/measures/digital_archives.toml`: which answers it raises (提高), to which level, for whom.
#
# Nobody knows how many enterprises would take part. We therefore give a range and not a number, draw from it again and again, let chance decide who takes part and with whom it works, and look up the stage. The draws are *common* (公共随机数): an enterprise that takes part when half of them do also takes part when more do, and each measure keeps its own draws whatever else is tried. Differences between two trials are then differences between the measures and not between two throws of the dice.
#
# **A question for you.** Suppose two measures each lift ten enterprises when they are offered alone. Will both together lift twenty, fewer, or more? (The answer is at the end.)

# %%
ways = hm.try_ways(analysis["index"])
measures = hm.tabulate_measures(ways)
hm.narrow(measures, columns=["kind", "measure", "expected", "lifted_low", "lifted_high", "effort"])

# %% [markdown]
# Read the first rows, where each measure stands alone, and then the row of all together. Compare their sum with it. The rows "all but this one" (除它以外都推行) tell which measure is missed most. The last row is not a forecast at all: there everybody takes part and everything works, and it shows how far the lists themselves could carry.
#
# ## Where would it show? 哪些市变化大

# %%
run = hm.what_if(ways)
hm.plot_what_if(hm.tabulate_what_if(run), lang=LANG)

# %% [markdown]
# An open dot is today, a filled one the mean of the draws, and the line holds nearly all draws. Where lines overlap, the figure cannot carry that one city would gain more than another. It can carry that a city would gain little: then the whole line lies close to the open dot.
#
# Why do some gain little? The enterprises there may stand far below the cut-off, or fail a gate (门槛) that none of the measures opens. A city with many enterprises just below a line gains much from little, which is no merit of the measure.
#
# ## What does a given effort buy? 同样的工作量怎样用
#
# Everything above is offered everywhere. Suppose there is effort for part of it only. For every amount of effort the program looks for the best mix (最优安排): which measures in which cities. It does so by an integer programme (整数规划), and no other mix lifts more. Beside it stands the bound from the last notebook: what the same effort could do if every enterprise did just its own least plan.

# %%
steps = hm.plan_next_steps(analysis["index"])
offers = hm.weigh_offers(ways)
hm.plot_effort_curve(hm.tabulate_effort_curve(offers, steps=steps), lang=LANG)

# %%
hm.tabulate_mix(offers, budget=2000)

# %% [markdown]
# The gap between the two lines is the price of offering the same to all. A measure raises answers that an enterprise may not need raised, misses the one that it does need, and reaches some who stay where they are. Advice made for one enterprise at a time wastes nothing; but somebody has to give it, and that is in neither line.
#
# ## The other rule 换一条规则
#
# The questionnaire (问卷) is staged by how archive types are kept (载体), without an index. The same reckoning works on it: measures and efforts stand in files of their own (A222, A223). Set both surveys side by side and ask whether the same solution is missed most.

# %%
carriers = hm.tabulate_measures(hm.try_ways(analysis["questionnaire"]))
hm.narrow(carriers, columns=["kind", "measure", "expected", "lifted_low", "lifted_high", "effort"])

# %% [markdown]
# ## The answer
#
# More, as a rule, and sometimes many more. Take an enterprise that lacks points in two areas. One measure brings one area up, and nothing changes, because the other still holds it down; the second alone does no better. Together they lift it. Where measures overlap, the answer turns around: two that lift the same enterprises lift fewer than twenty. The table above shows which of the two prevails here. It is the reason why solutions should be judged as a set and not one by one.
#
# ## What we cannot say
#
# - What the solutions would really change. The lists of answers, the uptake and the effect are our assumptions (A190, A191, A192). Edit the file, run the notebook again, and see what stays.
# - That those who take part in one measure are no more likely to take part in another. We assume it, and it makes the whole look smaller than it may be.
# - How long it takes, what it costs, and who pays. Effort is a relative number.
# - Anything about enterprises that did not answer, or about any real enterprise or city as long as the figures carry the mark of synthetic data.
