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
# # Could anybody do it alone? 有没有哪一方能独自办成
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. The argument for a coordinated mode (协同模式) can be written down as two matrices (矩阵) and a rule, and then it can be worked out, repeated and disputed, entry by entry.
# 2. What comes out is what the matrices and the answers imply *together*. The matrices are assumed; so the conclusions are no findings about the province, and this page proves nothing about it.
# 3. Not every conclusion hangs on the same entries. Some stand however the assumptions are shaken (扰动), some fall with a single one. Quote the first kind, with its assumptions.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# The study says that neither the environmental authorities (主管部门) nor the enterprises themselves *have the conditions and the ability* to solve the problems alone, and proposes that authorities, enterprises and industry associations (行业协会) act together. It is a claim about means, and not about powers: an enterprise may
# decide nearly everything in its own archives, and still have neither money nor people for it.
#
# So there are two matrices. The first says who *may* decide each indicator (由谁决定). The second says which means (条件) an indicator takes, out of five: a mandate (要求与标准), money (经费), staff (人员), systems (系统), data (数据与回执); and which of them authorities and associations can *bring* to it.

# %%
hm.narrow(hm.tabulate_brings(analysis.study.landscape), n=6)

# %% [markdown]
# The enterprise has no fixed column in that table. What it can bring differs from plant to plant and is read from its own answers: is money in a budget, is somebody named and trained, is a system in use? Where the enterprise answered the other questionnaire (问卷) as well, one can see how far both say the same.

# %%
found = hm.build_coalitions(analysis)
hm.tabulate_own_means(analysis, found)

# %% [markdown]
# Look at the last column before going on. Where two surveys of the same enterprises disagree on whether there is money, every conclusion that rests on the money of enterprises inherits the doubt.
#
# ## How far could each get? 各能走多远
#
# The rule is short. A coalition (参加方) can raise an indicator at an enterprise if its members bring *every* means that the indicator takes and nobody who decides is left out. What can be raised is raised as far as the scale and the order of the work allow. Then the engine scores and stages the enterprise anew.
#
# **A question for you.** All three together bring every means that the matrices know. Why do they not lift every enterprise? (The answer is at the end.)

# %%
trials = hm.try_coalitions(analysis, found)
hm.plot_coalitions(hm.tabulate_coalitions(analysis, found, trials), lang=LANG)

# %% [markdown]
# Compare the rows in threes. A pair can reach more than the sum of what its members add alone, because means are complements (互补): a system without people to run it raises nothing. That is the core of the argument for coordination. The numbers at the right say how far it moves when what is assumed is shaken.
#
# ## Who is enough for what? 哪一项要几方
#
# A large coalition is costly to bring together. For each stage and each problem (问题) we therefore ask for the *smallest* one that does it, enterprise by enterprise. Black dots are members.

# %%
hm.plot_smallest(hm.tabulate_smallest(found), lang=LANG)

# %% [markdown]
# The rows differ, and that is worth more than any single number in them. Where the dark cell stands under one party, that party need not wait for the others.
#
# ## What survives? 哪些结论站得住
#
# Experts will not agree on every entry. So each entry is turned round with a small probability, many times, and every conclusion is tried again. What counts as *having* a means oneself is assumed too (A201): is money that was given ad hoc a budget? So these lines (界线) are drawn one level looser or stricter, for all enterprises at once (A220). Then each entry and each line is changed alone, to find those that overturn a conclusion by themselves. The answers stay as they are, and all draws use the same random numbers.

# %%
hm.narrow(
    hm.tabulate_conclusions(trials),
    columns=["conclusion", "holds", "survives_pct", "matrices_pct", "lines_pct", "n_entries"],
)

# %% [markdown]
# Look for the lowest percentages first. A conclusion whose verdict changes in every other draw is a matter of taste, whichever way it came out here; two columns tell whether of taste in the matrices or in the lines. One that never changes rests on the answers and on the shape of the argument.
#
# There are also readings (读法) of the same matrices that no shaking covers. Does the enterprise have to be a member before anything moves, or is it enough that it lets others in? Do means that are raised on the way count from then on?

# %%
hm.narrow(hm.tabulate_readings(analysis, found), where="coalition == 'authority+enterprise+association'")

# %% [markdown]
# Compare the rows: a reading can change more than all the shaking did. Whoever quotes a percentage from this page should say which reading it is.
#
# ## Your own matrix 换成你的矩阵
#
# The folder `my_parties` beside this notebook holds a copy of the second matrix with one entry changed, which is marked: there the authorities pay for the records system. Edit that one file, save it, and run the next two cells again. A slip in it is refused with the file, the entry and the allowed values.

# %%
mine = hm.build_coalitions(analysis, coordination=hm.read_coordination("my_parties"))
mine_trials = hm.try_coalitions(analysis, mine)
hm.plot_coalitions(hm.tabulate_coalitions(analysis, mine, mine_trials), lang=LANG)

# %%
hm.narrow(hm.tabulate_conclusions(mine_trials), columns=["conclusion", "holds", "survives_pct", "n_entries"])

# %% [markdown]
# Which verdicts moved, and which did not? If one entry moves a verdict, it is this entry that the experts should be asked about.
#
# ## The answer
#
# Because bringing every *kind* of means is not bringing it to every indicator. By the built-in matrix the money for nearly all that costs money comes from the enterprise alone; where it has none in a budget, systems and people from outside do not replace it. Some answers cannot be raised at all, some were not given, and some work has to wait for other work. Once the budget
# itself is raised with the help of others and counts from then on, the picture changes: that is the step-by-step reading above.
#
# ## What we cannot say
#
# - That the mode works, or that any party is unable. The matrices are judgements of this project (A160, A161), for experts to check; nobody's ability was measured.
# - What coordination costs, and whether those who could bring something would (A200). Only what they could reach *at most* is shown.
# - That turning entries round by chance is how experts differ (A204). They differ in whole columns, perhaps; try it in the file. That lines move by one level at most (A220).
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
