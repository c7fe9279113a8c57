// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import pagerace.machine.TlbProfile;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.InterposedMachine;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.Kernel;
import pagerace.mm.KvmMmu;
import pagerace.mm.Mm;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;

/** A page that a process maps, the page that may take its place, KVM, and a driver with an interval notifier. */
final class SecondaryScene {
    static final int CPU = 0;
    static final int OLD = 1;
    static final int NEW = 2;
    private static final long FLAGS = Pte.WRITE | Pte.DIRTY | Pte.ACCESSED;

    final InterposedMachine machine = new InterposedMachine();
    final Folio folio;
    final Folio other;
    final Entry entry;
    final KvmMmu kvm = new KvmMmu(machine);
    final NotifierSubscriptions subscriptions = new NotifierSubscriptions(machine);
    final IntervalSubscription subscription = new IntervalSubscription(machine);

    private final Mm mm;

    SecondaryScene() {
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.BROADCAST));
        folio = scene.anon("old").mapped().holding(7);
        other = scene.anon("new").mapped().holding(7); // by the entry that will map it
        mm = scene.mm("mm").mapping(Pte.present(folio.pfn, FLAGS));
        entry = mm.entry(0);
    }

    PrimaryLookup lookup(PrimaryLookup.How how) {
        return new PrimaryLookup(Linux.V6_1, mm, how);
    }

    KvmFault kvmFault(Kernel steps) {
        return new KvmFault(steps, kvm, lookup(PrimaryLookup.How.UNDER_PTL));
    }

    SecondaryFaultEnd kvmFaultEnd(Kernel steps) {
        return kvmFault(steps).handle(CPU, entry);
    }

    SecondaryFaultEnd intervalFaultEnd(Kernel steps) {
        return new IntervalFault(steps, subscriptions, subscription, lookup(PrimaryLookup.How.UNDER_PTL))
                .handle(CPU, entry);
    }

    KvmNotifier kvmNotifier(Kernel steps) {
        return new KvmNotifier(steps, kvm);
    }

    IntervalNotifier intervalNotifier(Kernel steps) {
        return new IntervalNotifier(steps, subscriptions, subscription);
    }

    IntervalRemoval removal(Kernel steps) {
        return new IntervalRemoval(steps, subscriptions, subscription);
    }

    /** The process gets the other page. */
    void replace(MmuNotifier notifier) {
        new PageReplacement(mm, notifier).replace(entry, folio, other);
    }

    static int pfn(long entry) {
        return Pte.isPresent(entry) ? Pte.pfn(entry) : 0;
    }

    void assertReferences(int old, int replacement) {
        assertThat(folio.refcount.readOnce()).as("references to the old page").isEqualTo(old);
        assertThat(other.refcount.readOnce()).as("references to the new page").isEqualTo(replacement);
        AnonScene.assertIdle(machine);
        for (String lock : List.of("kvm.mmu_lock", "kvm.rmap_lock", "subscriptions.lock", "driver.user_lock")) {
            assertThat(machine.named(lock).readOnce()).as(lock).isZero();
        }
    }
}
