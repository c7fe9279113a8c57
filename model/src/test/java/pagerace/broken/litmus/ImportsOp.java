// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.litmus;

import pagerace.broken.mm.op.Anything;

record ImportsOp(Anything thing) {}
