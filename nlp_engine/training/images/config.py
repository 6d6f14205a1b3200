"""Hyper-parameters of a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from nlp_engine.imaging.chest.model_file import Purpose
from nlp_engine.knowledge import KnowledgeModel, read_yaml

NetworkName = Literal["resnet", "densenet", "densenet_wide", "efficientnet", "efficientnet_lite"]
Share = Annotated[float, Field(ge=0, le=1)]
DEFAULT = Path(__file__).with_name("default.yaml")


class Aim(KnowledgeModel):
    """What the two limits of a finding are chosen for.

    Parameters
    ----------
    specificity
        Share of the pictures without the finding that are not answered "present".
    sensitivity
        Share of the pictures with the finding that are not answered "absent".
    """

    specificity: Share = 0.95
    sensitivity: Share = 0.95


class Search(KnowledgeModel):
    """What Optuna may choose from, and how much each trial learns.

    Parameters
    ----------
    share
        Share of ``--minutes`` that the search may take; without ``--minutes`` there is no search.
    epochs
        Epochs of a trial; poor ones are cut off by the median of the others.
    trials
        At most so many.
    """

    share: Share = 0.35
    epochs: Annotated[int, Field(ge=1)] = 4
    trials: Annotated[int, Field(ge=1)] = 12
    networks: tuple[NetworkName, ...] = ("resnet", "densenet", "efficientnet")
    sizes: tuple[int, ...] = (128, 160, 192)
    learning_rate: tuple[float, float] = (5e-4, 6e-3)
    strength: tuple[float, float] = (0.5, 1.3)
    mixup: tuple[float, float] = (0.0, 0.4)


class Partner(KnowledgeModel):
    """A further network that learns the same pictures; the logits of all are averaged inside one file."""

    network: NetworkName
    epochs: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0)]
    strength: Annotated[float, Field(ge=0, le=2)]
    mixup: Annotated[float, Field(ge=0)]


class Relabel(KnowledgeModel):
    """How labels are weighed against what networks of other patients see, see ``relabel.py``.

    Parameters
    ----------
    folds
        Groups of patients; a network each.
    running_number
        Pattern of the running number in a patient's id. If given, a fold is a run of neighbouring numbers, and so of a
        time whose habits of labelling the networks of the other folds have not seen; ids whose text before the number
        differs are cut into runs by themselves. None: folds are drawn by chance.
    trust
        Power of the evidence of a given label: 1 is Bayes' rule, more keeps nearer to the labels.
    network, epochs, learning_rate, strength, mixup
        Of the networks of the folds; all else is as for the first network.
    """

    folds: Annotated[int, Field(ge=2)] = 3
    running_number: str | None = None
    trust: Annotated[float, Field(gt=0)] = 1.0
    network: NetworkName = "resnet"
    epochs: Annotated[int, Field(ge=1)] = 9
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    strength: Annotated[float, Field(ge=0, le=2)] = 0.7
    mixup: Annotated[float, Field(ge=0)] = 0.0

    def network_of(self, config: ImageConfig) -> ImageConfig:
        """Return the configuration of the networks of the folds."""
        own = self.model_dump(exclude={"folds", "running_number", "trust"})
        return config.model_copy(update={"partners": (), "relabel": None, **own})


class ImageConfig(KnowledgeModel):
    """What a run is made of; the same file, data and machine give the same network.

    Parameters
    ----------
    id
        Name of the model.
    about
        What the pictures are, for the model card.
    cautions
        Sentences that the model card says at its head.
    purpose
        What pictures the network is for; others are refused at run time.
    network
        Its architecture, a name of ``networks.py``.
    size
        Side of the network's input in pixels.
    partners
        Further networks beside this one, each with a seed of its own; all else is as for the first.
    relabel
        If given, labels that networks of other patients doubt count for less.
    strength
        Of the augmentation: 0 is none, 1 as described in ``transforms.py``.
    mixup
        Parameter of the beta distribution that mixes pairs of pictures; 0 for none (Zhang et al., ICLR 2018).
    label_smoothing
        Share of the target that is spread over all classes.
    balance
        Exponent of the inverse frequency that weighs each class: 0 is none, 1 makes all classes equally heavy.
    ema
        Decay a step of the averaged weights, which are what is scored and shipped.
    warmup
        Share of the steps in which the learning rate rises; it then falls along a cosine to nearly 0.
    patience
        Epochs without a better score on dev after which training stops.
    dev_share
        Share of the patients that become dev if the index has no column ``part``.
    zooms
        The looks that are averaged at run time, see ``View`` of ``model_file.py``.
    findings
        Finding -> classes whose probabilities are added. Empty: every class but the normal one by itself, and for
        classes normal, bacterial and viral also pneumonia.
    aims
        Finding -> what its limits are chosen for; ``other`` is for those that are not named.
    precision
        ``bfloat16`` is faster where the CPU computes it itself (AVX-512 BF16, AMX) and far slower elsewhere.
    threads
        CPU threads of torch.
    """

    schema_version: Literal[1]
    id: str
    about: str = "not said"
    cautions: tuple[str, ...] = ()
    purpose: Purpose = Purpose()
    network: NetworkName = "densenet"
    size: Annotated[int, Field(ge=16, le=512)] = 160
    partners: tuple[Partner, ...] = ()
    epochs: Annotated[int, Field(ge=1)] = 30
    batch: Annotated[int, Field(ge=2)] = 32
    learning_rate: Annotated[float, Field(gt=0)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.05
    relabel: Relabel | None = None
    dropout: Share = 0.2
    strength: Annotated[float, Field(ge=0, le=2)] = 1.0
    mixup: Annotated[float, Field(ge=0)] = 0.2
    label_smoothing: Share = 0.05
    balance: Share = 0.5
    ema: Share = 0.998
    warmup: Share = 0.15
    patience: Annotated[int, Field(ge=1)] = 12
    dev_share: Share = 0.1
    zooms: tuple[float, ...] = (1.0,)
    findings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    aims: dict[str, Aim] = Field(default_factory=dict)
    search: Search = Search()
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: Annotated[int, Field(ge=1)] = 2

    def members(self) -> list[ImageConfig]:
        """Return the configuration of each network, the first one's first."""
        alone = self.model_copy(update={"partners": ()})
        return [alone, *(alone.model_copy(update=partner.model_dump()) for partner in self.partners)]

    def aim(self, finding: str) -> Aim:
        """Return what a finding's limits are chosen for."""
        return self.aims.get(finding, self.aims.get("other", Aim()))


def load_config(path: Path | None = None) -> ImageConfig:
    """Read a configuration, ``default.yaml`` if None."""
    return read_yaml(path or DEFAULT, ImageConfig)
