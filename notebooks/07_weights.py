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
# # Whose weights? 权重由谁来定
#
# > **What data are these? 是什么数据？** The paragraph under the second cell says it, from the cards of the workbooks that are in place, and so does the mark on every table and
# > figure. Where a mark says plainly *synthetic* (模拟数据), a program drew the answers at random, and the numbers are about no real enterprise or city. As long as the
# > judgements (专家判断) come from the example workbook, its five experts are made up as well, and judge as they do to show what can happen.
#
# **Three takeaways**
#
# 1. Weights (权重) are a decision. Experts, formulas and laws give different ones, and none of them is *the* right one. So each says where it comes from.
# 2. An expert's judgements can contradict each other. The consistency ratio (一致性比率, CR) sees that; it does not see whether the expert is right.
# 3. What counts is whose stage (阶段) would change. Often a cut-off (界限) moved by a few points changes more stages than another set of weights does. Look, before arguing about weights.

# %%
import hmsurvey as hm

LANG = "en"  # "zh" for figures in Chinese 中文图

# %%
analysis = hm.analyse(hm.read_study("../study.toml"))
index = analysis["index"]
hm.about_data(analysis)

# %% [markdown]
# The total (总分) of the index is a weighted mean of six areas (方面). As it stands all six weigh alike: a sixth each. Alike is a choice too: it says that a rule on the wall
# (制度规范) counts as much as the archives themselves (数字资源).
#
# ## Asking experts 请专家判断
#
# "Give six weights that add up to 100" is a hard question. "Which of these two matters more, and how many times as much?" is an easy one. The analytic hierarchy process (层次分析法, AHP) asks
# the easy question for every pair, fifteen times for six areas, on a scale from 1 (as important 同样重要) to 9 (extremely more 极端重要). The weights are then the ones that fit all the judgements together: the
# principal eigenvector (主特征向量) of the matrix.
#
# Fifteen answers for six weights are more than enough. That is the point: the surplus shows whether somebody's answers hang together.
#
# **A question for you.** An expert says: A is twice as important as B, B is twice as important as C, and C is twice as important as A. What weights does the formula give, and what is wrong with them?

# %%
experts = hm.read_experts("../data/examples/experts.xlsx", index.scores.system)
hm.tabulate_experts(experts)

# %% [markdown]
# Read the column CR first. It compares the contradictions in a matrix with those of one filled in by throwing dice: 0 is none, 1 is like dice. By convention one asks for a tenth (十分之一) or less.
#
# - Experts 1 and 2 are consistent, and far apart. Neither is wrong; they want different things. No formula settles that.
# - Expert 3 left pairs blank (空缺). The weights then rest on the judgements that are there. That is better than a guess to fill the cell.
# - Expert 4 made one slip. The table names the judgement most at odds with the others, and the nearest value with which CR would be acceptable. The program changes nothing: a person goes back and asks, "Did you mean it?"
# - Expert 5 is close to dice. No single change helps. Still the formula gives six tidy weights, and that is **why CR matters**: the weights alone look as good as anybody's.
#
# Look at the last two rows. Joining the judgements (AIJ) or the weights (AIP) gives a compromise, and the joined CR is small even though two of the five are inconsistent. Their slips cancel. A good joint CR
# is no proof that the experts agree, or that each of them made sense.
#
# ## Asking the data 由数据定权
#
# Formulas promise weights without anybody's opinion. Entropy (熵权) gives more to an area in which enterprises differ strongly; CRITIC also takes away from areas that repeat each other; principal
# components (主成分) do the reverse and reward what goes together. They see how the scores are spread, and nothing else. What nobody has achieved yet looks unimportant to most of them.
#
# The next call restages all enterprises under every weighting we have: those in the index file, the experts', and those of the data.

# %%
others, notes = hm.weight_alternatives(index, experts)
choices = hm.tabulate_weight_choices(index, *others, notes=notes)
hm.plot_weights(choices, lang=LANG)

# %% [markdown]
# Read a column downward: that is how far serious people and serious formulas differ over one area. Then read the last column: that is what the difference does to stages. Compare the formulas with each other as well. If "objective" weights
# were objective, they would agree.
#
# How far apart are they, area by area, and how far apart are the experts among themselves?

# %%
hm.tabulate_weight_spread(choices, experts)

# %% [markdown]
# The spread of the experts is worth more than their mean. It can be carried on: draw weights from it again and again, and count how often an enterprise keeps its stage. That is what the notebook on robustness (稳健性) does.
#
# ## Weights or cut-offs? 权重与界限
#
# Now leave the weights alone and move the cut-offs instead. The package has other rules for the same index, with cut-offs that somebody else has used.

# %%
hm.tabulate_precedents(index)

# %% [markdown]
# Put the columns "up" and "down" beside the last column of the figure. A weighted mean changes little when weights do: an enterprise that is good in one area is mostly good in the others, so whatever the areas weigh, its total stays
# about where it was. A cut-off, however, is a cliff (悬崖): everybody just above it falls when it moves.
#
# One more thing the weights cannot touch: needs (条件) on single areas. Whoever is held back by a minimum in one area stays where she is under any weights.
#
# ## One weighting, and who moves 谁的阶段变了
#
# To use a weighting, give it to `restage`. The provenance line of everything that follows then names it, so nobody can mistake the result for the one with the default weights.

# %%
by_experts = hm.restage(index, system=hm.weigh_by_experts(index.scores.system, experts))
hm.tabulate_moves(index, by_experts)

# %% [markdown]
# Read along the diagonal: those stay. The others are few, and they are the ones near a cut-off. For them the honest sentence is "between two stages", whatever the weights.
#
# ## The answer
#
# A third each. Going round in a circle, A beats B, B beats C and C beats A, and by symmetry no area can come out ahead. The weights look like a considered judgement that all three matter alike, but the expert has said nothing of the kind. Only
# CR tells the two apart: it is 0 for the person who finds all three alike, and far over a tenth for the one who goes round in a circle.
#
# ## What we cannot say
#
# - Which weights are right. CR measures consistency, not truth; the data know how scores vary, not what matters.
# - What real experts would say, as long as the made up ones of the example are in place. `hmsurvey weigh --template` writes the workbook to ask real ones; their judgements take the place of these.
# - That weights never matter. Where areas do not go together, or the spread of weights is wider than here, they do. Look at the last column again with your own data.
# - Anything about any real enterprise or city, as long as the figures carry the mark of synthetic data.
