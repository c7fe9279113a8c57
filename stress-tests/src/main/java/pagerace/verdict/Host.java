// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import pagerace.machine.HardwareMachine;
import pagerace.race.Reachability;

/**
 * The machine that the threads ran on.
 *
 * @param os name and release of the operating system
 * @param arch the architecture, as Java spells it
 * @param cpus the CPUs that the process may use
 * @param jdk the version of the VM
 * @param memoryModel TSO on x86, WEAK elsewhere
 */
public record Host(String os, String arch, int cpus, String jdk, Reachability memoryModel) {
    /** This one. */
    public static Host current() {
        String arch = System.getProperty("os.arch", "?");
        return new Host(
                System.getProperty("os.name", "?") + " " + System.getProperty("os.version", "?"),
                arch,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.version", "?"),
                HardwareMachine.isX86(arch) ? Reachability.TSO : Reachability.WEAK);
    }
}
