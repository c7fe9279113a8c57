// SPDX-License-Identifier: Apache-2.0
package pagerace.machine;

/**
 * Read-copy-update: readers mark their sections, an updater waits for a grace period.
 *
 * <p>Guarantees: {@link #synchronize} orders fully on both sides and returns only after every section open at its start has
 * ended. A read section itself orders nothing beyond what its announcement needs.
 */
public final class Rcu {
    private final ReaderSections sections;

    /** RCU with reader slots {@code 0..readers-1}. */
    public Rcu(Machine machine, int readers) {
        sections = new ReaderSections(machine, "rcu", readers);
    }

    /** {@code rcu_read_lock} of reader {@code slot}; sections of one reader do not nest. */
    public void readLock(int slot) {
        sections.enter(slot);
    }

    /** {@code rcu_read_unlock}. */
    public void readUnlock(int slot) {
        sections.leave(slot);
    }

    /** {@code synchronize_rcu}: a grace period. The caller is not inside a section. */
    public void synchronize() {
        sections.synchronize();
    }
}
