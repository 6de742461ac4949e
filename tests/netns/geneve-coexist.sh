#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A kernel geneve device with another VNI, on the same hosts and the same UDP port, keeps working beside us over IPv4:
# see lib-coexist.sh.
# vm: yes, kernels that have the device
. "$(dirname "${BASH_SOURCE[0]}")/lib-coexist.sh"

skip_unless geneve
coexist geneve 4
