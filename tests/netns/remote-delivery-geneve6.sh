#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A frame reaches a member on another node bit for bit, in Geneve over IPv6: see lib-remote-delivery.sh.
# vm: yes, each form of outer headers
. "$(dirname "${BASH_SOURCE[0]}")/lib-remote-delivery.sh"

remote_delivery geneve 6
