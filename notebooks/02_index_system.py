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
# # What does the index look at, and on whose authority? 指标体系
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. An index (指标体系) is a tree of decisions: six areas, 17 items, 54 indicators. Each decision has an author. Here most have *us*.
# 2. Every indicator says what it rests on. Only 8 of 54 rest mainly on the Guidelines (指南); claiming more would be a forgery of authority.
# 3. A verbal anchor (档次说明) says what must be *seen* to choose a level. It is what lets two people give the same answer.
#
# The study built its index on the *Guidelines for the Construction of Enterprise Digital Archives* (《企业数字档案馆（室）建设指南》, 2017). Neither its table nor its weights are published. The index below is
# this project's own construction from the same six areas. It is **not** the study's.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %% [markdown]
# An index can be read without any answer. We carry out the study all the same, since we shall want to see at the end how the indicators behave.

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
system, codebook = analysis["index"].scores.system, analysis["index"].survey.codebook
hm.about_data(analysis)

# %%
hm.tabulate_system(system)

# %% [markdown]
# The six areas (方面) are those of the Guidelines, in their order. Below them stand second-level items (二级指标), which only help the reader, and the indicators (末级指标), which carry the points: three each.
#
# Compare the last two columns. The areas weigh alike, but they do not have equally many indicators. So an indicator on machine rooms moves the total nearly three times as far as one on digital resources. Nobody
# *intended* this; it follows from two decisions that each look harmless. Notebook 03 tries other weights.
#
# ## On whose authority?
#
# It is tempting to write "according to the Guidelines" over the whole table. To see whether one may, every indicator carries an evidence tag (依据):
#
# - **G** its subject was seen in the Guidelines, mostly as others restate them;
# - **N** it was seen in a neighbouring official text, such as the rules for electronic records systems (电子档案管理系统基本功能规定) or for enterprise archives (企业档案管理规定);
# - **K** it is general knowledge of the trade;
# - **E** it is our addition, because these are *environmental* archives (环境保护档案).
#
# Some carry two letters. We count by the first, on which they mainly rest.

# %%
hm.tabulate_evidence(system)

# %% [markdown]
# Eight indicators rest mainly on the Guidelines, and most of them are about infrastructure. That is no accident. Of the Guidelines' own clauses we could see, mostly as others restate them, those on rooms, networks and hardware, and two on digital resources; the clauses on
# systems, rules, security and staff we have not seen. For those the index leans on neighbours and says so.
#
# Let us read four indicators side by side, one of each kind.

# %%
hm.tabulate_facts(system, codebook, indicators=["A1.1", "B2.1", "C1.5", "C2.3"])

# %% [markdown]
# How to read such a line:
#
# - **status** (地位) speaks of the *subject*: `guideline` means that the Guidelines name it. The levels and points are assumed throughout.
# - **assumption** (假定编号) is a number in `docs/ASSUMPTIONS.md`, where it says why, and what would replace it.
# - **problem** (所涉问题) ties the indicator to one of the study's problems, P1 to P5. The abstract speaks of *four* problems and lists *five*; we keep five codes and do not decide which two belong together.
# - **source** (出处) is what we read. A line without a source has none.
#
# ## Anchors 档次说明
#
# "How good is your records system?" is a bad question: the keeper of a spreadsheet may be as content as the keeper of a data centre. So each level says what has to be there.

# %%
hm.tabulate_levels(system, codebook, indicator="B1.1")

# %% [markdown]
# **A question for you.** An enterprise has bought a records system. Permits and reports of the past year are in it. The hazardous-waste manifests (危险废物转移联单) are still in somebody's mailbox. Level 2 or
# level 3? Decide before you read on; the answer is at the end.
#
# Anchors work for things that come in steps. A rate (数字化率) needs no steps, because it can be counted, and it is asked as *two counts*: how many are digitised, of how many that should be. The second is the hard one, and asking for it is
# half of the use. Points then follow a line.

# %%
print(system.indicator("C1.1").scoring)

# %% [markdown]
# The pairs are (rate, points). At 70% an enterprise earns two of three points, because clause 5.1 recommends 70%. At 90% it earns all, because that is asked of group headquarters (集团总部). In between and below, a straight line: with a step
# at 70, an enterprise at 69 would have done all the work for nothing. The two numbers have a source. The line between them is ours.
#
# ## Weights and their status 权重
#
# For this use nobody has published weights. The system file therefore holds several weightings, and each says what it is.

# %%
hm.tabulate_weightings(system)

# %% [markdown]
# All are *assumed*, including those with Guangdong's numbers: the numbers are published, but for five other areas, and mapping five areas onto six is a decision (A49). Its *facilities* area had to be divided between our A and E;
# two further rows show how much hangs on the division.
#
# ## What the indicators see
#
# Last, the answers. Which indicators do enterprises earn least on?

# %%
hm.plot_indicators(hm.tabulate_indicators(analysis["index"]), lang=LANG)

# %% [markdown]
# Read such a figure in two ways. It may say where enterprises are weak. It may also say where our anchors are too high: an indicator on which nearly everyone earns nothing tells enterprises apart as little as one on which
# everyone earns everything. Only visits (实地走访) and experts can say which it is.
#
# ## The answer
#
# Level 2. Level 3 asks that *all* environmental records of the past year are archived in the system, and a level that is only partly met counts as the level below (A21). It may seem harsh. But it makes two people
# who look at the same shelf give the same answer, and that is worth more than a kinder number.
#
# ## What we cannot say
#
# - That this is the study's index, or that the authors would agree with it.
# - That the Guidelines require what the index asks. For 46 of 54 indicators we have not seen it there, and for the other eight we have seen the subject and not the levels.
# - That the areas measure six different things. Whether the answers bear that out is a question for statistics, on real answers.
# - That experts would weigh like this. Nobody has asked them yet.
