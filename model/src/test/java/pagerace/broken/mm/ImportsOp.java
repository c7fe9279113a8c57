// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm;

import pagerace.broken.mm.op.Anything;

record ImportsOp(Anything thing) {}
