// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.price;

import pagerace.broken.litmus.Anything;

record ImportsLitmus(Anything thing) {}
