"""The chest network: accuracy, refusal and speed on part dev of ../shared/data/images/kermany_cxr.

    python benchmarks/imaging.py --part accuracy
    python benchmarks/imaging.py --part refusal
    python benchmarks/imaging.py --part blocks
    python benchmarks/imaging.py --part speed
    python benchmarks/imaging.py --part explanation
    python benchmarks/imaging.py --part set
    python benchmarks/imaging.py --part labels

Part dev was looked at to choose the epoch and the limits, which flatters a little; what is called cross-validated is
of limits that were chosen on other patients. The official test split is not read.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from imaging_blocks import blocks
from imaging_explanation import explanation
from imaging_labels import labels
from imaging_pictures import small_pictures
from imaging_refusal import refusal
from imaging_set import picture_set
from imaging_speed import speed

from nlp_engine.imaging.chest.model_file import NETWORK_FILE, ChestModelFile
from nlp_engine.knowledge import resource

ROOT = Path(__file__).parents[1]
PICTURES = ROOT.parent / "shared" / "data" / "images" / "kermany_cxr"


def accuracy(arguments: argparse.Namespace) -> None:
    """Print AUROC, calibration, the three answers and simulated shifts."""
    from nlp_engine.training.images.config import ImageConfig
    from nlp_engine.training.images.package import measure
    from nlp_engine.training.images.runtime import ExportedNetwork

    file = ChestModelFile.load(arguments.model)
    config = ImageConfig.model_validate(file.training.config)
    pictures = small_pictures(arguments, file.input.size)
    network = ExportedNetwork(arguments.model)
    found = measure(network, pictures, config, file.temperature, seed=file.training.seed)
    size = (arguments.model / NETWORK_FILE).stat().st_size / 1e6
    patients = file.training.patients["dev"]
    print(f"{file.id} {file.version}, {size:.1f} MB; dev: {len(pictures.dev)} pictures, {patients} patients")
    for name, result in found.findings.items():
        said, held = result.answers, result.cross_validated
        at, aim = result.limits, result.aim
        print(f"{name}: AUROC {result.auroc}, calibration error {result.calibration_error:.3f}")
        print(f"  absent up to {at.absent_at}, for sensitivity {aim.sensitivity}")
        print(f"  present from {at.present_at}, for specificity {aim.specificity}")
        for label, answers in (("on dev", said), ("cross-validated", held)):
            told = {
                "specificity": answers.specificity,
                "sensitivity": answers.sensitivity,
                "answered present of those with it": answers.found,
                "answered absent of those without": answers.cleared,
                "not sure": answers.not_sure,
            }
            print(f"  {label}: " + ", ".join(f"{what} {share:.3f}" for what, share in told.items()))
    for name, pair in found.pairs.items():
        print(f"{name}: AUROC {pair}")
    print("truth a row, most probable class a column:", ", ".join(found.classes))
    print(found.confusion)
    for row in found.shifts:
        words = [f"{name} {value:.3f}" for name, value in (row.auroc | row.pairs).items()]
        words += [f"specificity {name} {at.specificity:.3f}" for name, at in row.answers.items()]
        print(f"shift {row.name}: " + ", ".join(words))


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "accuracy": accuracy,
    "blocks": blocks,
    "explanation": explanation,
    "labels": labels,
    "refusal": refusal,
    "set": picture_set,
    "speed": speed,
}


def main() -> None:
    """Run one part, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=sorted(PARTS), action="append")
    parser.add_argument("--model", type=Path, default=resource("models") / "chest")
    parser.add_argument("--pictures", type=Path, default=PICTURES)
    parser.add_argument("--work", type=Path, help="keeps the small pictures for the next time")
    parser.add_argument("--most", type=int, default=6000, help="small pictures that part speed reads")
    arguments = parser.parse_args()
    for name in arguments.part or PARTS:
        print(f"# {name}")
        PARTS[name](arguments)


if __name__ == "__main__":
    main()
