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
# # Does the program come out where publishers did? 真实案例
#
# > **What data are these? 是什么数据？** Two kinds meet here. What the study's own workbooks hold is said under the second cell, from their cards: where it says plainly
# > *synthetic* (模拟数据), a program drew the answers at random. The two cases below are **real** and published: the World Bank's GovTech Maturity Index 2022 and the format-risk
# > matrix of the US National Archives (NARA). Every table and figure says which it is.
#
# **Three takeaways**
#
# 1. A program that scores surveys can be tested on surveys whose scores are already known. This one reproduces two of them, unit by unit, without a line of code written for either.
# 2. Publishers sometimes document one thing and compute another. One only finds out by computing.
# 3. Reproducing a number proves that the arithmetic is the same. It does not prove that the number means what its name says.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %% [markdown]
# Why bother with governments and file formats in a study of heavy-metal enterprises? Because with our own answers we have nothing to compare with. The study's results are unpublished: if the program had
# a mistake, nothing here would contradict it. We therefore look for strangers who asked questions, gave points, built areas and a total, cut it into stages, **and published everything**.
#
# A case (案例) is a study file like ours, with its own codebook, system and rule. Our study file names two.

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
govtech = hm.analyse(hm.read_study(analysis.study.cases[0]))
nara = hm.analyse(hm.read_study(analysis.study.cases[1]))
print(analysis, govtech, nara, sep="\n")
hm.about_data(analysis)

# %% [markdown]
# The brackets say of what kind each one's data are. Before the results: **guess** how many of the published numbers a general program will hit exactly. Most? Nearly all?
#
# ## GovTech: 198 economies, four groups
#
# Each economy answered 114 questions. Points add up to three components; a fourth is taken over; the index is their mean; four groups, A to D, follow from cut-offs. It is the same walk as ours: answer, points, area, total, stage.

# %%
hm.tabulate_reproduction(govtech)

# %% [markdown]
# Read "equal" against "published": to a billionth, for every economy. The largest difference is the dust of computer arithmetic. One line is *not* claimed: the fourth component (CGSI) is taken as published (引用得分), since the copy of its
# answers that was at hand had been recoded. It says so in the table, instead of being counted as a success.
#
# What do the groups look like? The same chart that shows our cities shows their regions.

# %%
hm.plot_stages(hm.tabulate_stages(govtech["govtech"]), lang=LANG, noun=hm.UNITS)

# %% [markdown]
# No watermark lies over this figure: the data are real. The chart did not decide that; the provenance card (来源卡) beside the workbook did.
#
# Here a publisher documents less than it computes. The mean of four components is documented. The *points of each answer* are not: they had to be recovered from the published scores, and are therefore marked *assumed* in the case's file, although they
# reproduce everything. Be strict with us here: numbers that were recovered from the scores cannot then be *proved* by the scores. What the agreement shows is that one simple set of points explains every score of every economy
# without remainder, and that the engine can carry it out. The recovery brought one more silent rule to light: an economy for which an outside index does not exist has it taken out of its denominator. It is the same decision as our "not applicable", made
# by somebody else, and written down nowhere.
#
# ## NARA: 758 file formats, three levels of risk
#
# This is the nearest relative of our study in the archives field: a questionnaire, eight sections, a rating, three levels.

# %%
hm.tabulate_reproduction(nara)

# %% [markdown]
# Every published section, rating and level comes out. The formats that are missing from the count have no answers at all ("unspecified version"). NARA gives them a level by another road; here they stay *unstaged* (未定级), since
# a stage is never made out of silence.
#
# Now look closer. NARA's documentation says that section 1 is the sum of questions 1.1 to 1.4. The case holds both sums, as computed and as documented.

# %%
hm.tabulate_agreement(nara["formats"], "section_1", other="section_1_documented")

# %% [markdown]
# If the documentation described the computation, all would be equal. They are not: the published sums leave question 1.4 out, the age of a format's specification. Is that a trifle? We ask what it does to the levels. The file `nara_as_documented.toml` applies
# NARA's own cut-offs to the rating as documented.
#
# **A question for you.** Before you run the cell: can a format's risk level improve when question 1.4 is counted? The points of 1.4 are 0, −2 or −4, and a higher rating is a lower risk. (The answer is at the end.)

# %%
documented = hm.restage(nara["formats"], rule=hm.read_rule("nara_as_documented.toml"))
hm.tabulate_moves(nara["formats"], documented)

# %% [markdown]
# Off the diagonal stand the formats whose level depends on whether one believes the documentation or the numbers. Nobody can say from outside which of the two was meant. What one can do is reproduce what was published, keep the other beside it, and report
# the difference. That is what the case does.
#
# ## And our own study?

# %%
print(analysis.reproduction)

# %% [markdown]
# `None`: there is nothing to compare with. The day the study's table of results is published, it can be named under `[[published]]` in `study.toml`, and this line becomes a table.
#
# ## The answer
#
# No. All points of 1.4 are zero or negative, so counting it can only lower a rating, and no format can move to a lower risk. In the table every move goes one way. A move in the other direction would have shown that something else differs
# too. Predicting the direction before computing is a cheap and strong test; do it whenever you can.
#
# ## What we cannot say
#
# - **What reproduction proves**: that for these answers the program's points, sums, means, cut-offs and treatment of gaps come to what the publisher's come to. NARA publishes its points, so there nothing was fitted. GovTech does not, so there
#   the points are our reading.
# - **What it does not prove**: that the answers are true, that the index measures maturity or risk, that the cut-offs are wise. A wrong index can be reproduced perfectly.
# - That parts of the program which the two cases do not use are right. Those are tested by hand and against other programs.
# - Anything about our own enterprises and cities. Two real cases beside a study make its data no more real, and its cut-offs no less assumed.
