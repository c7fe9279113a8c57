// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/** The ordering of an atomic read-modify-write, in the kernel's four strengths. */
public enum Order {
    /** Coherence only: the kernel's void atomics, its bit operations without a result, and the {@code _relaxed} forms. */
    RELAXED,
    /** Later accesses stay behind the read half; nothing is said of the write half. */
    ACQUIRE,
    /** Earlier accesses stay before the write half; nothing is said of the read half. */
    RELEASE,
    /** As if {@code smp_mb} stood before and after: the kernel's value-returning atomics, when they succeed. */
    FULL
}
