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
# # Would another method draw other lines? 用别的分级方法，会划出怎样的界线
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. Two things make a stage: an order (次序) of the enterprises and a place for the lines (界线). Most methods agree about the order and quarrel about the lines.
# 2. A line found in the data (natural breaks 自然断点, clusters 聚类) says where scores are thin. A line written in a rule says what is good enough. Neither can stand in for the other.
# 3. Where two surveys put the same enterprise at different stages, nobody has made a mistake yet. It is a question to take along on the next visit.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# A referee may say: "Your cut-offs are yours. I would have let the data speak." Notebook 10 moved the cut-offs about. Here we go further and take away the rule altogether. Each of the rivals (对照方法) below gets the same answers and is asked for the same number of stages; how it goes about it is its own affair:
#
# - **Natural breaks** (自然断点) cut the total score where the pieces are most alike inside.
# - **k-means** (k 均值聚类) puts enterprises together whose six areas look alike, and cares little for the total.
# - **Latent classes** (潜类别) suppose that there are a few kinds of enterprises, and look for those under which the answers are least surprising.
# - The **Rasch scale** (拉什量表) weighs every indicator by how hard it is, measures each enterprise, and is then cut at the rule's own shares.
# - **Other rules** (其他规则) of the package: no gates, other bands, the weakest area alone.
#
# Clusters and classes come out without names. We put them in order by their mean score and call the lowest "low": a step so natural that it is easily overlooked, and a choice all the same.
#
# **A question for you.** Suppose a method moves half of all enterprises to another stage, every one of them upward. Has it found a different *order* of the enterprises? (The answer is at the end.)

# %%
rivals = hm.rivals_of(analysis, "index")
hm.tabulate_rivals(rivals)

# %% [markdown]
# Read a row in three steps. First the counts: how many stand at each stage by this method. Then those who move, and in which direction: if all go the same way, the method has only shifted the lines. Last the weighted kappa (加权 kappa), agreement beyond what chance would bring, with its interval. One stage apart counts as
# partly wrong, two as wholly.
#
# A kappa needs care. It cannot reach 1 where two methods use the stages in different proportions, even if they agree about who is ahead of whom. The Rasch scale is cut at the rule's shares for this very reason: what is left between the two is order alone.
#
# The notes under the table say how each method made its stages: where the breaks fell, which means the clusters have, how many classes the information criterion (BIC) would have liked. If BIC asks for another number of classes than there are stages, then the stages are ours and not nature's.
#
# The same as a picture. Blue on the diagonal: same stage. Red beside it: another.

# %%
moves = hm.tabulate_rival_moves(rivals)
hm.plot_rivals(moves, lang=LANG)

# %% [markdown]
# Look for the *shape* of the red. Red in one triangle only: the lines were shifted. Red on both sides: the order itself is in doubt. And look at the far corners: enterprises two stages apart, for which "it depends on the method" is the whole of what one may say.
#
# Why do natural breaks and k-means move so many where they do? They are not lenient. They do not know what the rule asks for. They must fill as many stages as they were told to, and where most scores lie close together they cut the crowd. If all enterprises improved by ten points, natural breaks would give the same stages again: nobody
# would have moved. For a programme that wants to see progress that is a strange yardstick.
#
# ## On whom do all agree? 哪些企业没有争议

# %%
hm.tabulate_rival_consensus(rivals)

# %% [markdown]
# These are the enterprises about which a report may speak without a footnote. For all others say which rule was used. Who the others are, and the reason that either method gives, is a table for inside the house; here we only count how its rows divide.

# %%
movers = hm.tabulate_rival_movers(rivals)
hm.narrow(movers, columns=["method", "by_rule", "by_rival", "why_rule", "why_rival"], where="apart > 1 or apart < -1")

# %% [markdown]
# Each row has two reasons in the same words that the methods themselves use: a need that was not met, against a distance from a break, from a cluster's centre, or a chance of belonging to a class. A reason that an enterprise can act upon is worth more than one that it cannot. "Some platform file must come back into the archive" is a task. "Your profile lies
# nearer to another centre" is none.
#
# ## Two surveys, one enterprise 两把尺子
#
# The questionnaire stages by carriers (载体), the index by how far a digital archive has been built. Many enterprises answered both. Do their two stages agree?

# %%
hm.tabulate_yardsticks(analysis)

# %%
hm.plot_yardsticks(hm.tabulate_yardstick_moves(analysis), lang=LANG)

# %% [markdown]
# If the two agreed entirely, one of the surveys would be superfluous. If they agreed no better than chance, they could hardly both be about the state of archives. What lies between is what one hopes for. Look which of the two triangles holds more: an enterprise may well keep its files in a system (advanced by carrier) and still lack the rules, the staff and the
# checks that the index asks for. The reverse is harder to explain, and more interesting on a visit.
#
# Two stages apart we call a contradiction (矛盾). Even that is no error. Two persons may have filled in the forms; one of them may have thought of the environmental files, the other of the whole archive.
#
# ## If the truth were known 还原
#
# All this compares methods with each other, and not with the truth, which nobody knows. For the stand-in it *is* known. `docs/recovery.md` uses that: how often each method finds its own true stage again when answers have errors and gaps, and whether intervals cover what they promise. Its moral in one line: errors move those next to a line, and methods that
# find their lines in the data move the lines as well.
#
# ## The answer
#
# No, it need not have. If all who move go up, the method may have done no more than lower the lines, and the order may be the same down to the last enterprise. Cut both orders at the same shares, as is done for the Rasch scale, and compare again: only then do you see a difference of order. The kappa of the first comparison mixes the two.
#
# ## What we cannot say
#
# - Which method is right. There is no judge among them; they answer different questions.
# - That an enterprise on which all methods agree is rightly staged. All of them read the same answers, and would be wrong together.
# - That there *are* three kinds of enterprises. Every method was told how many to find.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
