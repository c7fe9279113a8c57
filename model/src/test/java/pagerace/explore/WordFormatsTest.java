// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.machine.Format;
import pagerace.machine.TlbProfile;
import pagerace.machine.Translation;
import pagerace.mm.Buffers;
import pagerace.mm.DiskFile;
import pagerace.mm.Folio;
import pagerace.mm.Inode;
import pagerace.mm.IntervalSubscription;
import pagerace.mm.KernelFormat;
import pagerace.mm.KvmMmu;
import pagerace.mm.NotifierSubscriptions;
import pagerace.mm.Platform;
import pagerace.mm.Pte;
import pagerace.mm.Scene;
import pagerace.mm.SwapSpace;
import pagerace.mm.VhostRing;

/** Every word of the kernel's state is made with the format that its values read by. */
class WordFormatsTest {
    private static final ExploredMachine MACHINE = kernel();

    private static ExploredMachine kernel() {
        ExploredMachine machine = new ExploredMachine();
        Scene scene = new Scene(machine, new Platform(Platform.PteUpdate.LOCKED, TlbProfile.IPI));
        Folio folio = scene.free("folio");
        Folio folio2 = scene.free("folio2");
        for (String owner : List.of("mm", "parent")) {
            scene.mm(owner).caching(Translation.NONE).mapping(Pte.NONE, Pte.NONE);
        }
        new DiskFile(machine, new Inode(machine, Folio.FILE, folio, folio2), 0, false, null, new Buffers(machine, 0));
        machine.word("page_cache", "dirty-tag", KernelFormat.DIRTY_TAG, 0);
        new SwapSpace(machine, false);
        new KvmMmu(machine);
        new NotifierSubscriptions(machine);
        new IntervalSubscription(machine);
        new VhostRing(machine, folio, false);
        return machine;
    }

    private static Format formatOf(String word) {
        return MACHINE.formats().get(MACHINE.names().indexOf(word));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mm.pte                    | 65551 | pte W,D,A pfn=1",
                "mm.pte1                   | 0     | none",
                "mm.pmd                    | 4096  | table",
                "mm.pmd                    | 65539 | pmd W pfn=1",
                "folio.flags               | 41    | locked,uptodate,excl",
                "folio.flags               | 0     | 0",
                "folio.flags               | 64    | hwpoison",
                "folio.flags               | 128   | bit7",
                "parent.flags              | 1     | has-pinned",
                "mm.flags                  | 0     | 0",
                "folio.refcount            | 3     | 3",
                "folio.refcount            | -1    | -1",
                "folio.refcount            | 1024  | 1024 (1 pin)",
                "folio.refcount            | 1025  | 1025 (1 + 1 pin)",
                "folio.refcount            | 2147483648 | frozen",
                "folio.refcount            | 2147483650 | frozen + 2 junk",
                "folio2.refcount           | 2051  | 2051 (3 + 2 pins)",
                "folio.mapping             | 0     | none",
                "folio.mapping             | 1     | anon",
                "folio.mapping             | 2     | shmem",
                "folio.mapping             | 3     | file",
                "folio.mapping             | 4     | 4",
                "folio.buffers             | 3     | attached,dirty",
                "fs.reserved               | 1     | reserved",
                "fs.reserved               | 0     | none",
                "page_cache.dirty-tag      | 1     | yes",
                "inode.i_private_lock      | 1     | held",
                "page_cache[1]             | 3     | pfn=3",
                "swap_cache                | 0     | empty",
                "compound_head[1]          | 1     | pfn=1",
                "inode.i_private           | 0     | no punch",
                "inode.i_private           | 1     | punching",
                "mm.ptl                    | 0     | free",
                "page_cache.xa_lock        | 1     | held",
                "mm.mmap_lock              | 0     | free",
                "mm.mmap_lock              | 1     | writer",
                "inode.i_mmap_rwsem        | 2     | 1 reader",
                "inode.i_mmap_rwsem        | 4     | 2 readers",
                "parent.write_protect_seq  | 1     | 1 (odd)",
                "parent.write_protect_seq  | 2     | 2 (even)",
                "irqs-off[0]               | 1     | 1 (yes)",
                "rcu[0]                    | 2     | 2 (no)",
                "access[0]                 | 1     | 1 (yes)",
                "tlb.pte                   | 65539 | pte W pfn=1",
                "folio.data                | 7     | 7",
                "kvm.spte                  | 65539 | pte W pfn=1",
                "kvm.mmu_lock              | 1     | held",
                "kvm.rmap_lock             | 0     | free",
                "kvm.mmu_invalidate_seq    | 1     | 1",
                "subscriptions.lock        | 1     | held",
                "subscriptions.invalidate_seq | 3  | 3 (odd)",
                "subscriptions.itree       | 1     | interval_sub",
                "subscriptions.deferred_list | 0   | empty",
                "interval_sub.invalidate_seq | 2   | 2 (even)",
                "interval_sub.invalidate_seq | 1802201963 | poison",
                "interval_sub.deferred_item | 1802201963 | poison",
                "interval_sub.ops          | 1     | ops",
                "driver.user_lock          | 0     | free",
                "vq.map                    | 0     | none",
                "vq.map                    | 1     | map",
                "vq.ref                    | 1     | 1 (odd)",
                "map.addr                  | 1     | pfn=1",
                "map.addr                  | 1802201963 | poison",
            })
    void values(String word, long value, String text) {
        assertThat(formatOf(word).value(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mm.pte       | 2  | W",
                "kvm.spte     | 2  | W",
                "mm.pmd       | 36 | D,uffd-wp",
                "folio.flags  | 32 | excl",
                "parent.flags | 1  | has-pinned",
                "folio.buffers | 2  | dirty",
                "folio.data   | 16 | 0x10",
            })
    void masks(String word, long mask, String text) {
        assertThat(formatOf(word).mask(mask)).isEqualTo(text);
    }
}
