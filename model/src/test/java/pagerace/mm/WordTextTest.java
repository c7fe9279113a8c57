// SPDX-License-Identifier: Apache-2.0
package pagerace.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordTextTest {
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
                "folio.data                | 7     | 7",
            })
    void values(String word, long value, String text) {
        assertThat(WordText.value(word, value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mm.pte       | 2  | W",
                "mm.pmd       | 36 | D,uffd-wp",
                "folio.flags  | 32 | excl",
                "parent.flags | 1  | has-pinned",
                "folio.buffers | 2  | dirty",
                "folio.data   | 16 | 0x10",
            })
    void masks(String word, long mask, String text) {
        assertThat(WordText.mask(word, mask)).isEqualTo(text);
    }
}
