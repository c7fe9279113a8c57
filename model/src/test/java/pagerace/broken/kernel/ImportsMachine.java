// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.kernel;

import pagerace.broken.machine.Anything;

record ImportsMachine(Anything thing) {}
