// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.machine;

import pagerace.broken.mm.Anything;

record ImportsMm(Anything thing) {}
