// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Access.Kind;
import pagerace.machine.Order;

/**
 * A small program of {@linkplain Offer offered} steps over x, y and z. Each store has a value of its own, so that memory in the end
 * says which was the last, unless it stores what its actor has read.
 *
 * @param name says what it is
 * @param initial what x, y and z hold at first
 */
record OfferedProgram(String name, List<Long> initial, List<List<Step>> actors) {
    private static final int X = 0;
    private static final int Y = 1;
    private static final int Z = 2;
    private static final List<String> WORDS = List.of("x", "y", "z");

    /** What a store has of its own begins behind the initial values. */
    private static final int FIRST_OWN_VALUE = 2;

    /** What a store has to do with what its actor read last. */
    private enum Needs {
        NOTHING,
        /** It stores that value. */
        VALUE,
        /** It takes place if that value is not zero. */
        BRANCH
    }

    /**
     * A step on a word.
     *
     * @param stored what it stores, if that is a value which others name; null if it is one of its own
     */
    record Step(
            Offer offer, int word, Needs needs, @Nullable Long stored) {
        Step(Offer offer, int word) {
            this(offer, word, Needs.NOTHING, null);
        }

        Step needing(Needs needs) {
            return new Step(offer, word, needs, stored);
        }

        Step storing(long value) {
            return new Step(offer, word, needs, value);
        }
    }

    private static final List<Offer> ALL = Offer.all();
    private static final List<Needs> NEEDS = List.of(Needs.values());

    private static Step step(Kind kind, Order order, int word) {
        return ALL.stream()
                .filter(offer -> offer.kind() == kind && offer.order() == order)
                .map(offer -> new Step(offer, word))
                .findFirst()
                .orElseThrow();
    }

    private static Step read(int word) {
        return step(Kind.READ, Order.RELAXED, word);
    }

    private static Step write(int word) {
        return step(Kind.WRITE, Order.RELAXED, word);
    }

    private static Step add(int word) {
        return step(Kind.ADD, Order.RELAXED, word);
    }

    private static Step spinLock(int word) {
        return ALL.stream()
                .filter(offer -> offer.kind() == Kind.ACQUIRE_WHEN_CLEAR && offer.isOfSpinLock())
                .map(offer -> new Step(offer, word))
                .findFirst()
                .orElseThrow();
    }

    /** Something beside which the fence counts. Behind any other read-modify-write {@code smp_mb__after_spinlock} is a mistake. */
    private static Step beside(Offer fence, int word) {
        return fence.kind() == Kind.MB_AFTER_SPINLOCK ? spinLock(word) : add(word);
    }

    private static Step mb() {
        return step(Kind.MB, Order.FULL, X);
    }

    /** The shapes that tell what {@code offer} orders: it stands once in each place where that can be seen. */
    static Stream<OfferedProgram> shapes(Offer offer) {
        return offer.kind().isFence() ? shapesOfFence(offer) : shapesOfAccess(offer);
    }

    private static Stream<OfferedProgram> shapesOfAccess(Offer offer) {
        Function<Integer, Step> it = word -> new Step(offer, word);
        long ready = offer.ready();
        List<Long> unready = List.of(0L, offer.unready(), 0L);
        List<Step> sender = List.of(write(X), step(Kind.WRITE, Order.RELEASE, Y).storing(ready));
        return Stream.of(
                shape("message to " + offer, unready, sender, List.of(it.apply(Y), read(X))),
                shape("message to " + offer + ", store", unready, sender, List.of(it.apply(Y), write(X))),
                shape(
                        "message to " + offer + ", store of it",
                        unready,
                        sender,
                        List.of(it.apply(Y), write(X).needing(Needs.VALUE))),
                shape(
                        "message to " + offer + ", store because of it",
                        unready,
                        sender,
                        List.of(it.apply(Y), write(X).needing(Needs.BRANCH))),
                shape(
                        "message from " + offer,
                        List.of(0L, ready, 0L),
                        List.of(write(X), it.apply(Y)),
                        List.of(step(Kind.READ, Order.ACQUIRE, Y), read(X))),
                shape(
                        "store, " + offer + ", load",
                        List.of(0L, 0L, ready),
                        List.of(write(X), it.apply(Z), read(Y)),
                        List.of(write(Y), mb(), read(X))),
                shape(
                        offer + ", load",
                        List.of(ready, 0L, 0L),
                        List.of(it.apply(X), read(Y)),
                        List.of(write(Y), mb(), read(X))),
                shape(
                        "store, " + offer + ", against stores",
                        List.of(0L, ready, 0L),
                        List.of(write(X), it.apply(Y)),
                        List.of(write(Y), mb(), read(X))),
                shape(
                        "two of " + offer,
                        List.of(ready, ready, 0L),
                        List.of(it.apply(X), it.apply(Y)),
                        List.of(it.apply(Y), it.apply(X))));
    }

    private static Stream<OfferedProgram> shapesOfFence(Offer offer) {
        Step fence = new Step(offer, X);
        List<Long> zero = List.of(0L, 0L, 0L);
        List<Step> sender = List.of(write(X), step(Kind.WRITE, Order.RELEASE, Y));
        List<Step> receiver = List.of(step(Kind.READ, Order.ACQUIRE, Y), read(X));
        List<Step> other = List.of(write(Y), mb(), read(X));
        return Stream.of(
                shape("loads around " + offer, zero, sender, List.of(read(Y), fence, read(X))),
                shape("stores around " + offer, zero, List.of(write(X), fence, write(Y)), receiver),
                shape("store, " + offer + ", load", zero, List.of(write(X), fence, read(Y)), other),
                shape(
                        "store, update, " + offer + ", load",
                        zero,
                        List.of(write(X), beside(offer, Z), fence, read(Y)),
                        other),
                shape(
                        "store, " + offer + ", update, load",
                        zero,
                        List.of(write(X), fence, beside(offer, Z), read(Y)),
                        other),
                shape("update, " + offer + ", load", zero, List.of(beside(offer, X), fence, read(Y)), other),
                shape("store, lock, " + offer + ", load", zero, List.of(write(X), spinLock(Z), fence, read(Y)), other));
    }

    private static OfferedProgram shape(String name, List<Long> initial, List<Step> first, List<Step> second) {
        return new OfferedProgram(name, initial, List.of(first, second));
    }

    /** Two actors, or three, of steps drawn from {@link Offer#all}. */
    static OfferedProgram random(long seed) {
        Random random = new Random(seed);
        int actors = random.nextInt(4) == 0 ? 3 : 2;
        List<List<Step>> all = new ArrayList<>();
        for (int actor = 0; actor < actors; actor++) {
            all.add(IntStream.range(0, actors == 2 ? 4 : 2)
                    .mapToObj(i -> new Step(ALL.get(random.nextInt(ALL.size())), random.nextInt(WORDS.size()))
                            .needing(NEEDS.get(random.nextInt(NEEDS.size()))))
                    .flatMap(OfferedProgram::inPlace)
                    .toList());
        }
        List<Long> initial =
                WORDS.stream().map(word -> (long) random.nextInt(2)).toList();
        return new OfferedProgram("random " + seed, initial, all);
    }

    private static Stream<Step> inPlace(Step step) {
        Offer offer = step.offer;
        return offer.kind() == Kind.MB_AFTER_SPINLOCK ? Stream.of(beside(offer, step.word), step) : Stream.of(step);
    }

    /** The same as the explorer and the oracle take it. */
    LitmusTest litmus() {
        List<LitmusTest.Cell> cells = IntStream.range(0, WORDS.size())
                .mapToObj(word -> new LitmusTest.Cell(WORDS.get(word), initial.get(word)))
                .toList();
        List<LitmusTest.Code> code = new ArrayList<>();
        int steps = 0;
        for (List<Step> actor : actors) {
            code.add(code(actor, FIRST_OWN_VALUE + steps));
            steps += actor.size();
        }
        return new LitmusTest(name, cells, code, LitmusTest.Quantifier.EXISTS, new Condition.Truth(true));
    }

    /** As code; what its steps store of their own are the values from {@code firstValue} on. */
    private static LitmusTest.Code code(List<Step> steps, long firstValue) {
        List<Statement> statements = new ArrayList<>();
        List<String> registers = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Primitive primitive = step.offer.primitive();
            boolean stores = step.offer.kind() == Kind.WRITE;
            Needs needs = stores && !registers.isEmpty() ? step.needs : Needs.NOTHING;
            Expression lastRead = new Expression.Register(registers.size() - 1);
            Expression own = new Expression.Constant(step.stored == null ? firstValue + i : step.stored);
            List<Expression> values = stores ? List.of(needs == Needs.VALUE ? lastRead : own) : List.of();
            Expression call = new Expression.Call(primitive, step.offer.kind().isFence() ? -1 : step.word, values);
            if (primitive.returns()) {
                statements.add(new Statement.Assign(registers.size(), call));
                registers.add("r" + registers.size());
            } else {
                Statement dropped = new Statement.Drop(call);
                statements.add(
                        needs == Needs.BRANCH
                                ? new Statement.If(lastRead, dropped, new Statement.Block(List.of()))
                                : dropped);
            }
        }
        return new LitmusTest.Code(new Statement.Block(statements), registers);
    }

    @Override
    public String toString() {
        return name;
    }
}
