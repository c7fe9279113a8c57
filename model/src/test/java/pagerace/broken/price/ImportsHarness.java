// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.price;

import pagerace.broken.harness.Anything;

record ImportsHarness(Anything thing) {}
