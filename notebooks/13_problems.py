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
# # Which problem weighs most, and how sure is that? 哪个问题最重，有多大把握
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A problem (问题) can be measured by what lacks, or by how much it hurts. The two are different things, are answered by different people, and need not agree. We keep them apart.
# 2. The abstract announces four problems and lists five phrases. Five codes are kept. Nothing here adds problems up, since nobody knows which two belong together.
# 3. A ranking (排序) without its uncertainty promises too much. A range of ranks says which problems can be told apart at all.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# ## What the problems are 五个问题

# %%
landscape = analysis.study.landscape
hm.tabulate_problems(landscape)

# %% [markdown]
# The names were read in the abstract. What each of them *means*, and which questions speak to it, is this project's reading, in two files that can be edited: `problems.toml` and `landscape/severities.toml`.
#
# Severity (严重度) runs from 0, where nothing lacks, to 100, where nothing is there: points not earned, as a share of the points that could be earned. It is the score of an area turned upside down, and can be checked with a pencil. There are three rulers for it. *Points lost in the index* (指标失分) come from the indicators that name the problem. *Answers on
# facts* (问卷事实) come from the questionnaire: carriers, written rules, staff, money, places, receipts. *Effect as stated* (自述影响) is what the enterprise says about its last twelve months.
#
# **A question for you.** An enterprise keeps everything on paper and says that this has no effect on its work. Is one of its answers wrong? (The answer is at the end.)

# %%
hm.plot_problems(hm.tabulate_problem_overview(analysis), lang=LANG)

# %% [markdown]
# Do not compare dots across the panels: the rulers differ. Compare the *order* within each panel, and look at the ranks at the right. A single number there means that this place is sure; "2–4" means that the answers leave three places open. Every problem is answered for by the same enterprises, so differences are taken enterprise by enterprise, which tells
# more than two separate intervals would (A185).
#
# ## What the enterprises name themselves 企业自己怎么说

# %%
hm.tabulate_main_problem(analysis)

# %% [markdown]
# This is a vote, one enterprise one tick. It need not follow the means: a problem that hurts a few very much may get few votes, and one that bothers nearly everybody a little may win.
#
# ## Do the two surveys agree? 两项调查说法一致吗

# %%
hm.narrow(
    hm.tabulate_severity_agreement(analysis),
    columns=["problem", "pair", "n", "rho", "rho_low", "rho_high", "gap"],
)

# %% [markdown]
# Enterprises that are in both surveys are matched by their number. The correlation of ranks (等级相关) asks whether those that lack much in one survey lack much in the other. High agreement is no proof that both are right: one and the same office may have filled in both forms. Low agreement is a warning: say which survey you are quoting.
#
# ## By stage 按阶段看

# %%
hm.narrow(
    hm.tabulate_severities(analysis, "index", by="stage"),
    columns=["group", "problem", "n_items", "n_scored", "mean", "ci_low", "ci_high"],
)

# %% [markdown]
# Severity falls from stage to stage almost by construction, since stage and severity look at the same points. What is worth a look is *which* problem falls least. Mind the column that says on how many indicators a problem rests: one with three of them moves more by chance than one with ten.
#
# ## What weighs much and is scored low 权重大而得分低的指标

# %%
hm.plot_importance(hm.tabulate_importance(analysis["index"]), lang=LANG)

# %% [markdown]
# An importance-performance chart (重要性—得分率图). At the lower right stand indicators that carry much of the total and earn little: points that most enterprises leave lying. The weights are this project's choice and say nothing about effort. A diamond marks an indicator that the staging rule asks for by name; it may weigh little and still bar the way.
#
# ## The answer
#
# Neither need be. What lacks and what hurts are two questions. Paper hurts whoever must search it, answer an inspection (检查) or file the same fact three times; a small plant with a tidy cupboard may feel nothing. An authority may still want the record to be digital, for reasons of its own. That is why facts and stated effect stay apart here, and why no
# single number is made of them.
#
# ## What we cannot say
#
# - That one problem *causes* another, or the stage. All of it is seen at one point in time.
# - That a severity of one problem is worse than the same figure for another. Levels differ in how demanding they are, and they are assumed (A181).
# - How severe a problem is where too little was answered. There is a gap then, and no guess (A182).
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
