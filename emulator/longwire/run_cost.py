"""What a run would cost on AWS: the meter's record at the shipped prices."""

from longwire_infra.estimate import Bill, estimate
from longwire_infra.prices import shipped
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage

__all__ = ["Bill", "run_cost"]


def run_cost(usage: Usage, region: str) -> Bill:
    """The bill of what was counted so far, without a free tier. Raises PriceMissing for a region without prices."""
    return estimate(usage, shipped(), Terms(region=region))
