"""A module of the external repository liba+, which knows libb+ by a name of its own."""

import runfiles

_lookup = runfiles.Create()
REPOSITORY = _lookup.CurrentRepository()
LIBB_DATA = _lookup.Rlocation("libas_libb/data.txt")
