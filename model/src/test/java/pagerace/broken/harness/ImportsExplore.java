// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.harness;

import pagerace.broken.explore.Anything;

record ImportsExplore(Anything thing) {}
