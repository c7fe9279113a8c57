// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import pagerace.race.Reachability;
import pagerace.verdict.Host;

/**
 * Hosts whose samples may be added up: what they can show does not differ.
 *
 * @param os the operating system, without its release
 * @param arch the architecture, as Java spells it
 * @param memoryModel TSO on x86, WEAK elsewhere
 * @param jdk the version of the VM
 */
public record HostClass(String os, String arch, Reachability memoryModel, String jdk) {
    /** The class of {@code host}. */
    public static HostClass of(Host host) {
        return new HostClass(host.os().split(" ", 2)[0], host.arch(), host.memoryModel(), host.jdk());
    }

    @Override
    public String toString() {
        return os + " " + arch + " (" + memoryModel + "), JDK " + jdk;
    }
}
