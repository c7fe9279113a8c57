// SPDX-License-Identifier: Apache-2.0
/**
 * What has a price: the actors of every race and some workloads, each running alone, and what they do in single accesses. The
 * benchmarks measure the time that this takes.
 */
@NullMarked
package pagerace.price;

import org.jspecify.annotations.NullMarked;
