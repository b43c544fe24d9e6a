"""A module of the external repository liba+, which has its own apparent name for libb+."""

import runfiles

_lookup = runfiles.Create()
REPOSITORY = _lookup.CurrentRepository()
LIBB_DATA = _lookup.Rlocation("libas_libb/data.txt")
