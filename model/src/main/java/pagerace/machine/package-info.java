// SPDX-License-Identifier: Apache-2.0
/**
 * The machine: shared words, fences, waiting and the kernel's locks, each in the strength that the Linux kernel memory
 * model gives it.
 *
 * <p>Model code is written against {@link pagerace.machine.Machine} and {@link pagerace.machine.Word} only. Two machines
 * implement them: {@link pagerace.machine.HardwareMachine} on real JVM threads, and the explored machine, for which every
 * access is one step. The caller that constructs a state chooses its machine. A word is made with a name and a
 * {@link pagerace.machine.Format}, for printing what happened to it; the hardware machine drops both.
 */
@NullMarked
package pagerace.machine;

import org.jspecify.annotations.NullMarked;
