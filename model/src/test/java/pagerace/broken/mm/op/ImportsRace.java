// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.mm.op;

import pagerace.broken.race.Anything;

record ImportsRace(Anything thing) {}
