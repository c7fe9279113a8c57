// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

/**
 * A rule of which a {@link Kernel} has exactly one at a time, such as when a write fault reuses a page: a constant of an enum whose
 * other constants are the rules of other kernels.
 */
public interface Policy {}
