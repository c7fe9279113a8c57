// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import pagerace.machine.Machine;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.machine.Word;

/**
 * A little language for concurrent programs in one line: actors separated by {@code |}, operations by commas, for instance
 * {@code W x 1, R y | W y 1, R x}. Words x, y, z start at zero; so do the locks p, q. An actor ends with the values that its
 * operations returned; an execution's outcome is these ends and the last values: {@code 0 | 0 ; x=1 y=1 z=0}.
 */
record Litany(List<List<Op>> actors) {
    /** One operation: its name, the index of its word or lock, two operands. */
    record Op(String name, int word, long a, long b) {}

    static final String WORDS = "xyzpq";
    static final String STUCK = "stuck";

    static Litany parse(String text) {
        return new Litany(
                Arrays.stream(text.split("\\|", -1)).map(Litany::parseActor).toList());
    }

    private static List<Op> parseActor(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(Litany::parseOp)
                .toList();
    }

    private static Op parseOp(String text) {
        String[] parts = text.split(" ", -1);
        if (parts[0].equals("IF")) {
            return new Op("IF", 0, Long.parseLong(parts[1]), 0);
        }
        return new Op(
                parts[0],
                parts.length > 1 ? WORDS.indexOf(parts[1]) : 0,
                parts.length > 2 ? Long.parseLong(parts[2]) : 0,
                parts.length > 3 ? Long.parseLong(parts[3]) : 0);
    }

    static String outcome(List<?> ends, long x, long y, long z) {
        return ends.stream().map(Object::toString).collect(Collectors.joining(" | ")) + " ; x=" + x + " y=" + y + " z="
                + z;
    }

    static String end(List<Long> results) {
        return results.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    Explorer<String> explorer() {
        return Explorer.of(Running::new);
    }

    /** The program on a machine. */
    private final class Running implements Program<String> {
        private final Machine machine;
        private final Word[] words = new Word[3];
        private final SpinLock[] locks = new SpinLock[2];

        Running(Machine machine) {
            this.machine = machine;
            for (int i = 0; i < 3; i++) {
                words[i] = machine.word(WORDS.substring(i, i + 1), 0);
            }
            for (int i = 0; i < 2; i++) {
                locks[i] = new SpinLock(machine, WORDS.substring(3 + i, 4 + i));
            }
        }

        @Override
        public List<Supplier<?>> actors() {
            return actors.stream().<Supplier<?>>map(ops -> () -> run(ops)).toList();
        }

        private String run(List<Op> ops) {
            List<Long> results = new ArrayList<>();
            for (int i = 0; i < ops.size(); i++) {
                Op op = ops.get(i);
                if (op.name().equals("IF")) {
                    i += results.get(results.size() - 1) == op.a() ? 0 : 1;
                } else {
                    run(op, results);
                }
            }
            return end(results);
        }

        private void run(Op op, List<Long> results) {
            Word word = words[Math.min(op.word(), 2)];
            SpinLock lock = locks[Math.max(op.word() - 3, 0)];
            switch (op.name()) {
                case "W" -> word.writeOnce(op.a());
                case "W.rel" -> word.storeRelease(op.a());
                case "R" -> results.add(word.readOnce());
                case "R.acq" -> results.add(word.loadAcquire());
                case "XCHG" -> results.add(word.xchg(op.a(), Order.FULL));
                case "XCHG.rlx" -> results.add(word.xchg(op.a(), Order.RELAXED));
                case "CMPXCHG" -> results.add(word.cmpxchg(op.a(), op.b(), Order.FULL));
                case "FETCH_ADD" -> results.add(word.fetchAdd(op.a(), Order.FULL));
                case "ADD" -> word.add(op.a());
                case "UNLESS" -> results.add(word.addUnless(op.a(), op.b(), Order.FULL) ? 1L : 0L);
                case "BIT" -> results.add(word.testAndSetBitLock(op.a()) ? 0L : 1L);
                case "AWAIT" -> results.add(word.await(value -> value == op.a()));
                case "LOCK" -> lock.lock();
                case "TRY" -> results.add(lock.tryLock() ? 1L : 0L);
                case "UNLOCK" -> lock.unlock();
                case "MB" -> machine.smpMb();
                case "RMB" -> machine.smpRmb();
                case "WMB" -> machine.smpWmb();
                case "AFTER" -> machine.smpMbAfterAtomic();
                default -> throw new IllegalArgumentException(op.name());
            }
        }

        @Override
        public String judge(List<Object> ends) {
            return outcome(ends, words[0].readOnce(), words[1].readOnce(), words[2].readOnce());
        }

        @Override
        public String stuck() {
            return STUCK;
        }
    }
}
