// SPDX-License-Identifier: Apache-2.0
package pagerace.mm.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagerace.machine.TlbProfile;
import pagerace.mm.Folio;
import pagerace.mm.Pte;

class UserAccessTest {
    private static final long STORED = 9;
    private static final int FLUSHING_CPU = 1;

    @Test
    void loadsAndStoresThroughAnEntryThatPermitsIt() {
        AnonScene scene = AnonScene.writable();
        UserAccess user = scene.user(ReuseRule.EXCLUSIVE);
        long before = scene.pte();
        assertThat(user.load(AnonScene.CPU, scene.entry)).isEqualTo(AnonScene.CONTENT);
        user.store(AnonScene.CPU, scene.entry, STORED);
        assertThat(scene.folio.data.readOnce()).isEqualTo(STORED);
        assertThat(user.load(AnonScene.CPU, scene.entry)).isEqualTo(STORED);
        assertThat(scene.pte()).isEqualTo(before);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void aStoreBreaksCow(ReuseRule rule) {
        AnonScene scene = AnonScene.readOnly().sharedWithChild();
        scene.user(rule).store(AnonScene.CPU, scene.entry, STORED);
        assertThat(scene.folio.data.readOnce()).as("the child's page").isEqualTo(AnonScene.CONTENT);
        assertThat(scene.spare.data.readOnce()).isEqualTo(STORED);
        scene.assertConserved();
    }

    @ParameterizedTest
    @EnumSource
    void bringsAPageBackFromSwap(ReuseRule rule) {
        AnonScene scene = AnonScene.writable().swappedOut(false);
        UserAccess user = scene.user(rule);
        assertThat(user.load(AnonScene.CPU, scene.entry)).isEqualTo(AnonScene.CONTENT);
        assertThat(Pte.isPresent(scene.pte())).isTrue();
        scene.assertConserved();
    }

    /** What reclaim leaves of a page with a reference, and what the user makes of it. */
    @ParameterizedTest
    @EnumSource
    void readThenWriteKeepsOrLosesTheHeldPage(ReuseRule rule) {
        for (boolean readFirst : new boolean[] {false, true}) {
            AnonScene scene =
                    AnonScene.writable().swappedOut(rule == ReuseRule.EXCLUSIVE).pinned();
            UserAccess user = scene.user(rule);
            if (readFirst) {
                user.load(AnonScene.CPU, scene.entry);
            }
            user.store(AnonScene.CPU, scene.entry, STORED);
            boolean inSync = switch (rule) {
                case MAPCOUNT, EXCLUSIVE -> true;
                case REFCOUNT -> !readFirst;
                case REFCOUNT_WITHOUT_SWAPCACHE -> false;
            };
            assertThat(scene.folio.data.readOnce() == STORED)
                    .as("%s, read first: %s", rule, readFirst)
                    .isEqualTo(inSync);
            scene.assertConserved();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysSoIfThePageIsLost(boolean write) {
        AnonScene scene = AnonScene.writable();
        scene.setPte(Pte.NONE);
        UserAccess user = scene.user(ReuseRule.EXCLUSIVE);
        assertThat(scene.machine.logOf(() -> assertThatThrownBy(() -> {
                            if (write) {
                                user.store(AnonScene.CPU, scene.entry, STORED);
                            } else {
                                user.load(AnonScene.CPU, scene.entry);
                            }
                        })
                        .isInstanceOf(IllegalStateException.class)))
                .as("tries")
                .filteredOn(AnonScene.READ_PTE::equals)
                .hasSize(4);
        AnonScene.assertIdle(scene.machine);
    }

    @Test
    void storesNothingThroughAHintingEntry() {
        AnonScene scene = new AnonScene(false, Pte.WRITE | Pte.PROTNONE);
        UserAccess user = new UserAccess(scene.mm, scene.writeFault(ReuseRule.EXCLUSIVE), null);
        assertThatThrownBy(() -> user.store(AnonScene.CPU, scene.entry, STORED))
                .isInstanceOf(IllegalStateException.class);
        assertThat(scene.folio.data.readOnce()).isEqualTo(AnonScene.CONTENT);
        assertThat(scene.folio.test(Folio.LOCKED)).isFalse();
    }

    /** A store that was translated before the entry was cleared is done when the flush is. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlushWaitsForAStoreThatIsUnderWay(boolean write) throws InterruptedException {
        AnonScene scene = new AnonScene(false, Pte.WRITE, TlbProfile.IPI, false);
        CountDownLatch translated = new CountDownLatch(1);
        AtomicBoolean flushed = new AtomicBoolean();
        AtomicBoolean overtaken = new AtomicBoolean();
        Thread flusher = new Thread(() -> {
            await(translated);
            scene.setPte(Pte.NONE);
            scene.mm.tlb.flush();
            flushed.set(true);
        });
        flusher.start();
        scene.machine.before(write ? "writeOnce folio.data" : "readOnce folio.data", 1, () -> {
            translated.countDown();
            sleep();
            overtaken.set(flushed.get());
        });
        UserAccess user = scene.user(ReuseRule.EXCLUSIVE);
        if (write) {
            user.store(AnonScene.CPU, scene.entry, STORED);
        } else {
            user.load(FLUSHING_CPU, scene.entry);
        }
        flusher.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(flushed).as("the flush ends after the access").isTrue();
        assertThat(overtaken).as("the flush ended during the access").isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Long enough for a flush that waits for nobody, short enough for a bounded wait. */
    private static void sleep() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
