// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes random litmus tests: richer in shapes than the corpus, small enough for the {@link Oracle}. */
final class RandomProgram {
    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private int registers;
    private int events;
    private List<String> known = new ArrayList<>();

    private RandomProgram(long seed) {
        random = new Random(seed);
    }

    static String of(long seed) {
        return new RandomProgram(seed).write(seed);
    }

    private String write(long seed) {
        text.append("C random-").append(seed).append("\n\n{ x=0; y=0; }\n\n");
        int actors = random.nextInt(4) == 0 ? 3 : 2;
        int budget = actors == 2 ? 4 : 3;
        for (int actor = 0; actor < actors; actor++) {
            text.append("P").append(actor).append("(int *x, int *y, int *z, spinlock_t *l, spinlock_t *m)\n{\n");
            body(budget);
            text.append("}\n\n");
        }
        text.append("exists (x=0)\n");
        return text.toString();
    }

    private void body(int budget) {
        registers = 0;
        events = 0;
        known = new ArrayList<>();
        String lock = null;
        while (events < budget) {
            if (random.nextInt(14) == 0 && events + 1 < budget) {
                if (lock == null) {
                    lock = random.nextBoolean() ? "l" : "m";
                    line("spin_lock(" + lock + ");");
                    if (random.nextInt(4) == 0) {
                        line("smp_mb__after_spinlock();");
                    }
                } else {
                    line("spin_unlock(" + lock + ");");
                    lock = null;
                }
                events++;
            } else if (!known.isEmpty() && random.nextInt(5) == 0) {
                line("if (" + pick(known) + " == " + random.nextInt(3) + ") {");
                List<String> before = new ArrayList<>(known);
                access();
                known = before;
                if (random.nextInt(3) == 0) {
                    line("} else {");
                    access();
                    known = before;
                }
                line("}");
            } else {
                access();
            }
            fence();
        }
        if (lock != null) {
            line("spin_unlock(" + lock + ");");
        }
    }

    private void fence() {
        switch (random.nextInt(9)) {
            case 0 -> line("smp_mb();");
            case 1 -> line("smp_rmb();");
            case 2, 3 -> line("smp_wmb();");
            default -> {}
        }
    }

    private void access() {
        events++;
        String x = pick(List.of("x", "x", "y", "y", "z"));
        String order = pick(List.of("", "_relaxed", "_acquire", "_release"));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> read("READ_ONCE(*" + x + ")");
            case 3 -> read("smp_load_acquire(" + x + ")");
            case 4, 5, 6 -> line("WRITE_ONCE(*" + x + ", " + value() + ");");
            case 7 -> line("smp_store_release(" + x + ", " + value() + ");");
            case 8 -> read("xchg" + order + "(" + x + ", " + value() + ")");
            case 9 -> {
                if (random.nextBoolean()) {
                    read("cmpxchg" + order + "(" + x + ", " + random.nextInt(2) + ", " + value() + ")");
                } else {
                    read("atomic_add_unless(" + x + ", 1, 0)");
                }
            }
            case 10 -> read("atomic_fetch_add" + order + "(" + (1 + random.nextInt(2)) + ", " + x + ")");
            default -> {
                int beside = random.nextInt(3);
                if (beside == 0) {
                    line("smp_mb__before_atomic();");
                }
                line("atomic_add(" + (1 + random.nextInt(2)) + ", " + x + ");");
                if (beside == 1) {
                    line("smp_mb__after_atomic();");
                }
            }
        }
    }

    private String value() {
        return !known.isEmpty() && random.nextInt(4) == 0 ? pick(known) + " + 1" : "" + (1 + random.nextInt(2));
    }

    private void read(String call) {
        String register = "r" + registers++;
        line("int " + register + " = " + call + ";");
        known.add(register);
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private void line(String line) {
        text.append('\t').append(line).append('\n');
    }
}
