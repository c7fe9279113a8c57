// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.own;

import pagerace.broken.race.Anything;

record ImportsRace(Anything thing) {}
