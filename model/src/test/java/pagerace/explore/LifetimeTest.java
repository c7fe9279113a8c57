// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.machine.Format;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.Word;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Pte;
import pagerace.mm.Steps;
import pagerace.mm.op.SharedWriteFault;
import pagerace.own.OwnFix;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.OwnRaces;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Reachability;

/** A reference that is added where there is none, and a write to what nobody refers to, are outcomes with schedules under every model. */
class LifetimeTest {
    private enum None {}

    /** {@code do_wp_page} that gives the page-table lock back before it takes its reference: what keeps the page until then? */
    private static class ReferenceAfterUnlock extends OwnFix<SharedWriteFault, None> {
        ReferenceAfterUnlock() {
            super(
                    "PageMkwriteVsTruncate",
                    "RETURN_LOCKED",
                    SharedWriteFault.class,
                    Steps.of(),
                    "the reference comes late");
        }

        @Override
        public SharedWriteFault operation(Machine machine, SharedWriteFault builtIn, Steps<None> added) {
            return new SharedWriteFault(builtIn.kernel, builtIn.mm, builtIn.file) {
                @Override
                protected End protectedEntry(Entry entry, long seen) {
                    Folio folio = mm.memMap.stableFolioOf(Pte.pfn(seen));
                    entry.lock.lock();
                    boolean unchanged = entry.word.readOnce() == seen;
                    entry.lock.unlock();
                    if (!unchanged) {
                        return End.PTE_CHANGED;
                    }
                    get(folio);
                    End end = notify(folio, entry, seen, 0, false);
                    folio.put();
                    return end;
                }
            };
        }

        void get(Folio folio) {
            folio.refcount.add(1);
        }
    }

    /** The same, which notices. */
    private static final class ReferenceFromZeroFails extends ReferenceAfterUnlock {
        @Override
        void get(Folio folio) {
            if (folio.refcount.fetchAdd(1, Order.FULL) == 0) {
                throw new IllegalStateException("a reference from zero");
            }
        }
    }

    @Test
    void aReferenceThatComesTooLateIsFoundThoughNoJudgeLooksAtCounts() {
        Race race = OwnRaces.with(new ReferenceAfterUnlock());
        Point late = point(race, "REFERENCE_AFTER_UNLOCK");
        Prediction prediction = Prediction.untilForbidden(late);
        assertThat(prediction.reachableFrom()).isEqualTo(Reachability.SC);
        assertThat(prediction.under(Reachability.SC).outcomes()).contains(Lifetime.REFERENCE_FROM_ZERO);
        String schedule = Trace.print(Transcript.of(
                requireNonNull(prediction.under(Reachability.SC).schedules().get(Lifetime.REFERENCE_FROM_ZERO)),
                race.actors()));
        assertThat(schedule).contains("folio.refcount: 0 -> 1").contains("REFERENCE_FROM_ZERO");
        assertThat(Prediction.of(point(race, "RETURN_LOCKED")).reachableFrom()).isEqualTo(Reachability.NEVER);
    }

    @Test
    void whereARuleIsBrokenThePointIsExploredOnceMoreWithoutRules() {
        Prediction late = Prediction.of(point(OwnRaces.with(new ReferenceAfterUnlock()), "REFERENCE_AFTER_UNLOCK"));
        assertThat(late.withoutRules())
                .extracting(Exploration::level)
                .isEqualTo(late.explorations().stream().map(Exploration::level).toList());
        for (Exploration<Outcome> exploration : late.withoutRules()) {
            Set<Outcome> allowed = new HashSet<>(late.under(exploration.level()).outcomes());
            allowed.removeAll(Set.of(Lifetime.values()));
            assertThat(exploration.outcomes()).containsAll(allowed).doesNotContain(Lifetime.values());
            assertThat(exploration.isComplete()).isTrue();
        }
        Race race = OwnRaces.with(new ReferenceFromZeroFails());
        Prediction failing = Prediction.of(point(race, "REFERENCE_FROM_ZERO_FAILS"));
        assertThat(failing.under(Reachability.SC).outcomes()).contains(Lifetime.REFERENCE_FROM_ZERO);
        assertThat(failing.withoutRules()).as("it fails there").isEmpty();
        assertThat(Prediction.of(point(race, "RETURN_LOCKED")).withoutRules())
                .as("no rule is broken")
                .isEmpty();
    }

    private static Point point(Race race, String variant) {
        return race.points().stream()
                .filter(point -> point.key().equals("PageMkwriteVsTruncate/" + variant + "[truncate,protected,x86]"))
                .findFirst()
                .orElseThrow();
    }

    /** One actor gives the last reference back, the other takes one. */
    private record Counting(Word count, Runnable get) implements Program<String> {
        @Override
        public List<Supplier<?>> actors() {
            return List.of(() -> count.addReturn(-1), () -> {
                get.run();
                return "got";
            });
        }

        @Override
        public String judge(List<Object> ends) {
            return "count " + count.readOnce();
        }

        @Override
        public String stuck() {
            return "stuck";
        }

        @Override
        public String broken(Lifetime rule) {
            return rule.name();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "add, true",
        "fetchAdd, true",
        "addUnless, false",
        "subtract, false",
        "store, false",
        "a word that counts nothing, false"
    })
    void onlyWhoAddsWithoutLookingTakesOneFromZero(String how, boolean fromZero) {
        Explorer<String> explorer = Explorer.of(machine -> {
            Word count = how.startsWith("a word")
                    ? machine.word("folio", "other", 1)
                    : machine.counter("folio", "refcount", Format.DECIMAL, 1);
            return new Counting(count, () -> {
                switch (how) {
                    case "fetchAdd" -> count.fetchAdd(1, Order.FULL);
                    case "addUnless" -> count.addUnless(1, 0, Order.FULL);
                    case "subtract" -> count.add(-1);
                    case "store" -> count.writeOnce(1);
                    default -> count.add(1);
                }
            });
        });
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(explorer.explore(model).outcomes().contains("REFERENCE_FROM_ZERO"))
                    .as("%s under %s", how, model.level())
                    .isEqualTo(fromZero);
        }
        assertThat(explorer.exploreSequentially().outcomes().contains("REFERENCE_FROM_ZERO"))
                .isEqualTo(fromZero);
    }

    @ParameterizedTest
    @CsvSource({
        "without a reference, true",
        "by a store, true",
        "after a look at the count, true",
        "after a try-get, false",
        "reads only, false",
        "finds the bit set, false",
        "after freezing it, false",
        "after storing a count that the other takes away, true",
        "after storing a count with one of its own, false",
        "gives back what it does not have, true",
        "as the last with a reference, false",
        "after giving back a reference that was not the last, true",
        "a word of another owner, false",
        "where the count is no counter, false"
    })
    void nobodyWritesToAFolioThatIsFree(String how, boolean breaks) {
        Explorer<String> explorer = Explorer.of(machine -> {
            boolean two = how.startsWith("as the last")
                    || how.startsWith("after freezing")
                    || how.startsWith("after giving back");
            Word count = how.endsWith("no counter")
                    ? machine.word("folio", "refcount", 1)
                    : machine.counter("folio", "refcount", Format.DECIMAL, two ? 2 : 1);
            Word flags = how.endsWith("another owner")
                    ? machine.word("other", "flags", 1)
                    : machine.keptBy(count, "folio", "flags", Format.DECIMAL, 1);
            return new Counting(count, () -> touch(how, count, flags));
        });
        for (MemoryModel model : Prediction.MODELS) {
            assertThat(explorer.explore(model).outcomes().contains("TOUCHED_WHEN_FREE"))
                    .as("%s under %s", how, model.level())
                    .isEqualTo(breaks);
        }
    }

    private static void touch(String how, Word count, Word flags) {
        switch (how) {
            case "by a store" -> flags.writeOnce(3);
            case "after a look at the count" -> {
                if (count.readOnce() > 0) {
                    flags.or(2);
                }
            }
            case "after a try-get" -> {
                if (count.addUnless(1, 0, Order.FULL)) {
                    flags.or(2);
                }
            }
            case "reads only" -> flags.readOnce();
            case "finds the bit set" -> flags.cmpxchg(0, 2, Order.FULL);
            case "after freezing it" -> {
                if (count.cmpxchg(1, 0, Order.FULL) == 1) {
                    flags.or(2);
                }
            }
            case "after storing a count that the other takes away" -> {
                count.writeOnce(1);
                flags.writeOnce(2);
            }
            case "after storing a count with one of its own" -> {
                count.writeOnce(2);
                flags.writeOnce(2);
            }
            case "gives back what it does not have" -> count.add(-1);
            case "after giving back a reference that was not the last" -> {
                count.add(-1);
                flags.or(2);
            }
            case "as the last with a reference" -> {
                if (count.addReturn(-1) == 0) {
                    flags.or(2);
                }
            }
            default -> flags.or(2);
        }
    }
}
