#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A kernel vxlan device with another VNI, on the same hosts and the same UDP port, keeps working beside us over IPv6:
# see lib-coexist.sh.
# vm: no, of the overlay only the forms that interoperate are tried there
. "$(dirname "${BASH_SOURCE[0]}")/lib-coexist.sh"

coexist vxlan 6
