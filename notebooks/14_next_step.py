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
# # What is the least that would lift an enterprise to the next stage? 再上一个台阶，最少要做什么
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A stage has gates (门槛) and floors (底线) besides a total. The cheapest points are therefore often not enough, and the needs decide what must be done in any case.
# 2. "Least" (最省) means least under the efforts (工作量) in one file. They are assumed; edit the file and plan again before you believe a single line.
# 3. Several plans are nearly alike in effort. People choose between them, for reasons that no questionnaire asks about.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# A consultant who is asked "how do we get to the next stage?" might begin with the lowest score. That is seldom the answer. The lowest score may belong to something dear; a gate may be closed however many points are gathered elsewhere; and some steps have to wait for others: nobody can archive back from the platforms
# (平台回收归档) without a catalogue (电子目录) to put the files in.
#
# So we ask the program for the cheapest set of answers to raise (提高) that meets *every* need of the next stage at once. Each answer can go up its own scale, never down. Each step has an effort. A small integer programme (整数规划) finds the least, and proves that nothing cheaper exists. Afterwards the plan is treated like any other form that comes
# in: scored and staged by the engine. Only what the engine grants is shown.
#
# **A question for you.** Two enterprises have the same total score. Must their least plans take about the same effort? (The answer is at the end.)

# %%
steps = hm.plan_next_steps(analysis["index"], n_plans=2)
plans = hm.table_of_plans(analysis["index"], steps)
hm.narrow(
    plans,
    columns=["unit", "stage", "target", "effort", "n_raised", "total", "what"],
    where="plan == 1",
    by="effort",
    n=3,
)

# %% [markdown]
# The three enterprises that are nearest to their next stage. Read the last column as a list of tasks: the words are the questionnaire's own (问卷原文), so that whoever filled in the form knows what is meant by each level. For a choice of several items (多选题) the plan says how many more, and leaves it to the
# enterprise which.
#
# Note the total that would be reached. It lies close above the cut-off: a least plan leaves nothing to spare. One answer given too kindly, and the stage is missed. A careful enterprise plans for a little more.
#
# ## What do most of them need? 多数企业要做的是什么

# %%
raises = hm.tabulate_raises(analysis["index"], steps)
hm.plot_raises(raises, lang=LANG)

# %% [markdown]
# What stands at the top of this list is *cheap for its points* under the assumed efforts, and open in many enterprises. It is a list of where to begin and no list of what matters most. A step that costs much and opens a gate may stand far below, and be the one that an authority (主管部门) or an association (行业协会) could make cheaper for all.
#
# ## Who has no plan? 谁没有办法

# %%
hm.narrow(plans, columns=["unit", "stage", "target", "what"], where="state == 'blocked'", n=5)

# %% [markdown]
# Here nothing that can be raised is enough, and the reason is named: a gate that hangs on something the enterprise does not have, a question that was not answered (未作答), an answer that cannot be changed. A gap in the form is no verdict; the first thing to do about it is to ask.
#
# ## The answer
#
# No. Points differ in price, and needs differ in what is missing. One enterprise may lack points only, which are to be had wherever they are cheapest. Another has the same total and a closed gate, and must pay for this one thing, whatever it costs. That is why a plan is made for one enterprise at a time, and why the mean score of a city says little about what its enterprises need.
#
# ## What we cannot say
#
# - What anything costs. Efforts are relative numbers of our own (A170), neither money nor days.
# - That a plan would be carried out, or that the work is done once a form says so. A higher answer is not an archive.
# - Which of several plans of equal effort is the best. One of them is shown.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
