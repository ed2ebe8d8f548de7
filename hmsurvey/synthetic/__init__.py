"""Honest stand-in answers: enterprises that do not exist, answering both surveys at the sizes that were published.

The study's own answers are unpublished. What is drawn here lets everything run, and its truth is kept, so that methods can be tried on data whose
answer is known. Assumptions A80 to A99 (`definitions/assumptions/synthetic.toml`) say what was chosen. This room knows codebooks and nothing of what an
answer is worth: it imports neither scoring nor staging, since data made to pass a rule would prove nothing about it.
"""

from hmsurvey.synthetic.synthesis import SEED, StandIn, synthesise, write_stand_in

__all__ = ["SEED", "StandIn", "synthesise", "write_stand_in"]
