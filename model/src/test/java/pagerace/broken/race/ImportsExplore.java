// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.race;

import pagerace.broken.explore.Anything;

record ImportsExplore(Anything thing) {}
