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
# # Why does an enterprise stand at its stage? 阶段及其理由
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. Where it says *partly
# > synthetic* (部分为模拟数据), real ones are among them: keep the page to yourself.
#
# **Three takeaways**
#
# 1. A score is a slope, a stage (阶段) is a cliff. Two enterprises a tenth of a point apart may stand at different stages, and the rule should be able to say why.
# 2. Filing (报送) a document on a government platform is not keeping (归档) it. A rule that mixes the two would find nearly everyone advanced.
# 3. Every cut-off here is an assumption. It lives in a file, not in the program. You will change one and see who moves.
#
# The study divides its enterprises into three stages: advanced, intermediate, low (高级、中级、低级). It does not publish a single cut-off. What follows is *one* way to put numbers on its
# words, with the alternatives beside it.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index, questionnaire = analysis["index"], analysis["questionnaire"]
print(index.stages.rule)
hm.about_data(analysis)

# %% [markdown]
# That is the whole rule (定级规则) of the index survey, read from the top. An enterprise gets the first stage whose needs (条件) it meets, all of them. Three kinds of need stand there:
#
# - **bands** (分数线): the total must reach a number. Exactly that number is enough;
# - **floors** (底线): every area must reach something, so that a splendid server room cannot pay for having no staff;
# - **gates** (门槛): single facts that no score can replace, such as filed documents being brought back into one's own archive.
#
# Of all of these only one rests on the Guidelines (《企业数字档案馆（室）建设指南》, 2017, clause 5.2: files of the office system and of at least one core business system are archived). All the
# other numbers are ours.
#
# ## The slope and the cliff
#
# To see what a line does, look at what it cuts through. Each mark below is one enterprise.

# %%
hm.plot_units(hm.tabulate_units(index), lang=LANG, cuts=hm.cut_offs(index))

# %% [markdown]
# Look for a gap in the cloud of marks, a place where a line would lie by nature. Where you find none, the line is drawn by people. Mind also the colours: an enterprise *above* a line that does not
# have that line's colour was stopped by something other than its total.
#
# Let us stand at the edge of one cliff and read the program's own sentences about the enterprises on both sides of it.

# %%
edge = hm.narrow(hm.tabulate_units(index), where="58 <= total < 62", by="-total")
hm.narrow(edge, columns=["unit", "total", "stage", f"because_{LANG}"])

# %% [markdown]
# Each sentence names the *first* need of the next stage that is not met, and what the enterprise has instead. Nobody has to ask "why not me?" twice. But the first need is not the only one. Which
# needs stop how many?

# %%
hm.plot_needs(hm.tabulate_needs(index), lang=LANG)

# %% [markdown]
# **A question for you.** A consultant proposes to drop the gate "at least half of the platforms archived back" because so many enterprises fail it. From the figure alone: would dropping it lift many of them
# to the advanced stage? Which number do you have to look at? (The answer is at the end.)
#
# ## Filing is not keeping 报送不等于归档
#
# The questionnaire (问卷) uses another rule altogether. It asks for each of sixteen archive types (档案类型) on which *carrier* (载体) the enterprise itself keeps it: paper, loose electronic
# files, a records system with paper beside it (双套), or captured by a system from the start (系统采集).

# %%
hm.plot_carriers(hm.tabulate_carriers(questionnaire), lang=LANG)

# %% [markdown]
# The carrier rule (载体定级) counts: half of the types captured by a system, advanced; half at least in a records system, intermediate; else low. "Half", because the abstract says that *most* archives are not
# informatised, and most is where a majority begins.
#
# But enterprises file electronically all the time: permits, manifests, statistics. Is that not informatisation (信息化)? Beside the carrier, the questionnaire asks on which platforms (平台) each type is filed.
# We set the two answers side by side.

# %%
columns = ["question", "n_both", "filed_pct", "captured_pct", "n_filed_only"]
hm.narrow(hm.tabulate_filing(questionnaire), columns=columns, by="-filed_pct", n=8)

# %% [markdown]
# On top should stand the types that have to be filed by law. The last column counts the enterprises that file a type and still keep their own copy on paper or in loose
# files. What a platform holds is what the authority asked for, in the authority's keeping. If the platform is replaced, or the inspector asks for the raw records behind the form, it does not help.
#
# What if a rule overlooked this? The file `if_filing_counted.toml` beside this notebook is such a rule. It is there as a warning.

# %%
careless = hm.restage(questionnaire, rule=hm.read_rule("if_filing_counted.toml"))
hm.tabulate_alternatives(questionnaire, careless)

# %% [markdown]
# A stage that nearly everyone reaches tells nothing. The abstract introduces its advanced stage through six platforms, and says as well that *only a small number* of these
# archives are informatised. The two are hard to hold together unless more is meant than filing. We read it so: what comes back from a platform into the enterprise's own system is captured, and counts; what was only sent, does not. That reading is an assumption
# (A62) and can be contested.
#
# ## Other rules, same answers
#
# Nobody has published cut-offs for this purpose, but neighbours have published theirs (先例). Each row is a rule that comes with the package, named after its precedent and applied to the index.

# %%
hm.tabulate_precedents(index)

# %% [markdown]
# Look down the columns, not along the rows. A count that changes with every row is a fact about rules; a count that hardly changes is closer to being a fact about enterprises. An honest report gives the range.
#
# ## Your turn
#
# Beside this notebook lies `my_rule.toml`, a copy of the built-in rule in which one number differs; the line is marked. We stage the same enterprises by it and ask who moves.

# %%
mine = hm.restage(index, rule=hm.read_rule("my_rule.toml"))
hm.tabulate_moves(index, mine)

# %% [markdown]
# Rows are stages under the built-in rule, columns under yours. Off the diagonal are those who moved. Here they are, one by one:

# %%
hm.narrow(hm.tabulate_movers(index, mine), by="-total", n=8)

# %% [markdown]
# Now open `my_rule.toml`, change the marked number, save, and run the last two cells again. Then try a floor, then a gate. A slip of the pen does no harm: the program says
# which line it cannot read. When you have found a rule that you can defend, write down *why* before you look at which enterprises it favours.
#
# ## The answer
#
# Look in the column "only this": the number of enterprises that lack this need and no other. Someone who fails several gains nothing if one is dropped. How many fail a need says how common a
# weakness is; how many fail nothing else says what the need decides.
#
# ## What we cannot say
#
# - Where the study drew its lines. It does not say, and no rule here should be quoted as if it did.
# - That the stage of the index and the stage of the questionnaire are the same thing. They measure construction and carriers, with different forms, and we do not know whether in the same enterprises.
# - That an enterprise just below a line is worse than one just above it. Answers are uncertain by more than that.
# - What would happen if an enterprise met one more need. The tables count needs; they do not know what meeting one costs.
