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
# # Who files what, and where? 谁把什么报到哪里
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. The study's abstract speaks of six platforms (六个平台) and names none. The list in this project is a choice from public sources, it says so wherever it is shown, and it is one file that you can edit.
# 2. Filing (报送) is a duty, keeping (保存) is an archive. An enterprise may file everything on time and still have nothing but paper in the cupboard.
# 3. What is on no platform at all is the part that an authority cannot see from its desk. It is worth knowing how large that part is, and of which types it consists.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
hm.about_data(analysis)

# %% [markdown]
# ## What there is 有哪些规范和平台
#
# Before any answer, the rules. The landscape (规范与平台) is a set of files: norms and laws, platforms with their operators, login paths (登录路径) and modules (模块), archive types with their periods of retention (保管期限). Every entry says what it rests on: read in a source (见于来源), inferred from one (推断), general knowledge that nobody
# has checked (常识，未核实), or looked for and not found. An address beside a sentence makes it look proven; so general knowledge bears none.

# %%
landscape = analysis.study.landscape
hm.narrow(hm.tabulate_norms(landscape), columns=["norm", "says", "evidence"], n=6)

# %%
hm.narrow(hm.tabulate_platforms(landscape), columns=["platform", "place", "login", "basis"])

# %%
hm.tabulate_modules(landscape)

# %% [markdown]
# For another province, copy the files that differ to a folder of your own, edit them, and write `landscape = "FOLDER"` in `study.toml`. The report, the brief and the pages of cities then speak of your platforms, and the manifest records which files were yours.
#
# **A question for you.** The questionnaire never asks "which platforms do you use?". How can the program know? And what can it not know for that reason? (The answer is at the end.)
#
# ## Who is where 谁在哪里报送

# %%
hm.plot_types_filed(hm.tabulate_types_filed(analysis), lang=LANG)

# %% [markdown]
# A row is an archive type, a column a platform. Frames mark where a type belongs by the landscape. Three things can be read here. A frame with a low share: a duty that many do not meet, or that binds only some of them. A number outside every frame: a slip of the pen, or a local platform (地方平台) that our list does
# not have. And a dark cell in the last column: a type for which there is no common place to file.
#
# The cells are shares of those who answered for that type. Types that do not arise at an enterprise are not held against it.

# %%
hm.plot_platform_overlap(hm.tabulate_platform_overlap(analysis), lang=LANG)

# %% [markdown]
# Every line of dots is a set of platforms that some enterprises use together. Long lines mean many logins, many forms, and the same facts typed in again and again.

# %%
hm.tabulate_filing_load(analysis, by="stage")

# %% [markdown]
# Look at the stages (阶段) one below the other. If those at the highest stage used many more platforms than those at the lowest, one could be taken for the sign of the other. Where the numbers of platforms lie close together, they cannot: the duty is the same for all. What differs is what the enterprise keeps for itself, and that is what the stage
# looks at.
#
# Two columns speak of repetition (重复报送). The question on *one and the same document* is the enterprise's own word. Types ticked on several platforms are an upper bound only, since a type holds several documents (A184).

# %%
hm.plot_filing_load(hm.tabulate_filing_load(analysis, by="both"), lang=LANG)

# %% [markdown]
# The same by stage and by city (按阶段、按城市), with all enterprises on top. Read the bars before the dots: where the intervals of cities lie across the dashed line, the cities may well be alike. The title says whether chance alone would part them as far. A city with fewer than *k* answers
# is grey, and the note names it.
#
# Which types are they?

# %%
hm.plot_types_unfiled(hm.tabulate_types_filed(analysis, by="both"), lang=LANG)

# %% [markdown]
# A column that is dark all the way down is a type for which no city has found a place to file. A column that is dark in some rows only would be worth a telephone call: there somebody has a platform that others lack.

# %%
hm.narrow(
    hm.tabulate_carriers_by_platform(analysis, by="stage"),
    columns=["group", "type", "level", "n", "n_none"],
    where="type == 'T10'",
)

# %% [markdown]
# One type, the emergency plans, by carrier (载体) and stage; `by="city"` gives the cities. Filed nowhere and on paper alone: whoever wants to see such a record has to drive there.
#
# ## The answer
#
# It asks, type by type, where that type is filed. A platform counts as used as soon as one type is filed there (A183). So an enterprise that left some types blank may use more platforms than we see, never fewer; and what is filed besides archives, we do not see at all.
#
# ## What we cannot say
#
# - Which six platforms the study had in mind. Its abstract does not name them.
# - Whether an enterprise *must* file a type on a platform. The landscape says where a type belongs in general; who is bound is for the law and the permit to say.
# - Whether what was filed is complete or right. The questionnaire counts ticks.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
