"""`python -m hmsurvey` is the same as `hmsurvey`."""

from hmsurvey.cli import main

main()
