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
# # Who was asked, and who answered? 问卷与答卷
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. There are two surveys, with different forms, in different places. Their published sizes, 293 and 235, must not be divided by each other.
# 2. Between the enterprises that exist and those that are scored lie several steps, and each step loses some. A table that begins with its n hides where.
# 3. A blank is not a no. There are five kinds of silence (五种空缺), and a survey that mixes them cannot be repaired afterwards.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %% [markdown]
# The study, by its abstract (摘要), did two things. It sent a questionnaire (问卷) on the informatisation of environmental archives (环境保护档案信息化) to 293 heavy-metal enterprises in production (在产企业). And it examined 235 enterprises
# in nine cities with an index of digital-archives construction (数字档案馆（室）建设现状调查). `study.toml` names a workbook for each.

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
questionnaire, index = analysis["questionnaire"], analysis["index"]
print(analysis)
hm.about_data(analysis)

# %% [markdown]
# **A question for you.** In a seminar paper someone divides 235 by 293 and calls the result the response rate (回收率) of the study. There are at least two mistakes in this. Which? (The answer is at the end.)
#
# ## From the registry to the table 样本流程
#
# Before reading any result one asks what it is a part *of*. The registry (名录) lists how many enterprises there are in each city, in production and closed. From there the numbers run downhill: sent, returned, usable, staged.

# %%
hm.plot_sample_flow(hm.tabulate_sample_flow(analysis), lang=LANG)

# %% [markdown]
# Every step has its own reason. *Sent* is below *in production* where not everybody was written to. *Returned* is below *sent* where some did not answer: only this quotient is a response rate. *Usable* (有效) leaves out forms that cannot be
# read as answers. *Staged* (可定阶段) leaves out those of whom too much is unknown; they are not low, they are unstaged.
#
# Losses would be harmless if they fell evenly. Do they? We look at the cities.

# %%
hm.plot_coverage(hm.tabulate_coverage(analysis), lang=LANG)

# %% [markdown]
# Coverage (覆盖率) is usable answers over enterprises in production. Two things are to be seen here at once. Cities in which a survey was not held at all are shown as empty, not left out: an absent city is a fact about the survey (and the row "all" counts its enterprises in the denominator). And where coverage
# differs between cities, the total over all cities is not an average of the province; it leans towards those who answered.
#
# The closed enterprises (关停企业) were never asked. Their archives exist all the same, and perhaps nobody looks after them. No table in this project speaks of them beyond their number.
#
# ## Who held the pen? 填报人
#
# An enterprise does not answer; a person does. What the answers rest on tells how much weight they bear.

# %%
hm.tabulate_answers(questionnaire, "evidence")

# %% [markdown]
# Several may be ticked, so the shares add up to more than 100. Compare those who looked at the records themselves with those who answered from memory (凭记忆): an answer given from memory about shelves nobody has opened for a year is a different kind of
# datum, even if it stands in the same column.

# %%
hm.tabulate_answers(questionnaire, "respondent_role")

# %% [markdown]
# The person who runs the archives and the person who runs the environmental office may describe the same shelf differently. One can compare them later only because the question was asked now.
#
# ## Five kinds of silence 五种空缺
#
# In a spreadsheet they may all look like an empty cell. They are not the same:
#
# | | what happened | what it means for a count |
# |---|---|---|
# | **missing** 漏答 | nothing was said | unknown |
# | **don't know** 不清楚 | the respondent says that he cannot say | a finding of its own |
# | **not applicable** 不适用 | the matter cannot exist here | leaves the denominator |
# | **rightly skipped** 跳过 | the form did not ask, by its own rule | was never in the denominator |
# | **none of these** 均无 | "I have looked, there is none" | an answer: zero |
#
# The last one is the most expensive to lose. If a question lists six written rules and nothing is ticked, is there no rule, or did nobody turn the page? Therefore "none of these" is an option of its own.

# %%
hm.tabulate_silences(questionnaire)

# %% [markdown]
# A line is a part of the form. Look for the parts with many *skipped* answers: these are the questions on archive types that do not arise at every enterprise. They are silent for a good reason. Then look for the part with most
# *missing* ones.
#
# The same for the single questions of the other survey, where a gap costs more, since scores are made of them:

# %%
hm.plot_nonresponse(hm.tabulate_nonresponse(index), lang=LANG)

# %% [markdown]
# Item non-response (单题无应答) is counted among those who were *asked*. A question at the top of this figure may be unclear, or delicate, or far down the form. Before dropping it one should read it, and perhaps call somebody who
# left it blank.
#
# One more look: at what a program does *not* do with such gaps. It does not fill them. A cell that cannot be read is an error with an address (sheet, cell, what was found, what is allowed), and the person who knows the answer decides. `hmsurvey check` prints
# them all at once.
#
# ## The answer
#
# First, nothing says that the 235 are among the 293. They are another survey with another form, held in nine cities only. A rate needs a numerator that is part of its denominator. Second, a response rate divides those
# who answered by those who were *sent* a form, and neither number is one or the other for sure: the abstract does not say how many were sent. (And third, it would not help: a high rate with the wrong cities is worse than a
# modest one with the right ones.)
#
# ## What we cannot say
#
# - How many enterprises the study wrote to, how many answered, which nine cities they were in. The abstract gives two numbers, and no more.
# - Whether those who answered are like those who did not. One can imagine that keepers of good archives answer sooner; nobody here knows.
# - Whether an enterprise appears in both surveys, unless both workbooks use the same numbers for it.
# - Anything about Liaoning, as long as the tables carry the mark of synthetic data.
