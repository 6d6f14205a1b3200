"""``python -m nlp_engine``."""

from __future__ import annotations

from nlp_engine.cli import main

if __name__ == "__main__":
    main()
