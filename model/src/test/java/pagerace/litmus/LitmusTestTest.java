// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagerace.explore.Sc;
import pagerace.explore.Tso;
import pagerace.explore.Weak;
import pagerace.litmus.LitmusVerdict.Observation;

/** What is read, how it is judged, and how the rest is refused. */
class LitmusTestTest {
    private static final String STORE_BUFFERING = """
            C SB
            { x=0; y=0; }
            P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
            P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
            """;

    private static LitmusVerdict underSc(String condition) {
        return LitmusTest.parse(STORE_BUFFERING + condition).explore(Sc.MODEL);
    }

    private static LitmusTest program(String body) {
        return LitmusTest.parse(
                "C one\n{ x=5; }\nP0(int *x, atomic_t *a, spinlock_t *l)\n{\n" + body + "\n}\nexists (0:r=1)\n");
    }

    private static long registerAfter(String body) {
        return program(body)
                .explore(Sc.MODEL)
                .exploration()
                .outcomes()
                .iterator()
                .next()
                .register(0, 0);
    }

    @Test
    void existsAsksForOneExecution() {
        LitmusVerdict verdict = underSc("exists (0:r0=1 /\\ 1:r0=1)");
        assertThat(verdict.observation()).isEqualTo(Observation.SOMETIMES);
        assertThat(verdict.positive()).isEqualTo(1);
        assertThat(verdict.negative()).isEqualTo(2);
        assertThat(verdict.holds()).isTrue();
    }

    @Test
    void notExistsIsTheContrary() {
        LitmusVerdict never = underSc("~exists (0:r0=0 /\\ 1:r0=0)");
        assertThat(never.observation()).isEqualTo(Observation.NEVER);
        assertThat(never.holds()).isTrue();
        assertThat(LitmusTest.parse(STORE_BUFFERING + "~exists (0:r0=0 /\\ 1:r0=0)")
                        .explore(Tso.MODEL)
                        .holds())
                .isFalse();
    }

    @Test
    void forallAsksForAll() {
        LitmusVerdict always = underSc("forall (x=1 /\\ y=1 /\\ (0:r0=1 \\/ 1:r0=1))");
        assertThat(always.observation()).isEqualTo(Observation.ALWAYS);
        assertThat(always.negative()).isZero();
        assertThat(always.holds()).isTrue();
        LitmusVerdict sometimes = underSc("forall (0:r0=1)");
        assertThat(sometimes.observation()).isEqualTo(Observation.SOMETIMES);
        assertThat(sometimes.holds()).isFalse();
    }

    @Test
    void eachActorHasItsOwnParameters() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> LitmusTest.parse("""
                C two
                { x=0; }
                P0(int *x) { WRITE_ONCE(*x, 1); }
                P1(int *y) { WRITE_ONCE(*x, 2); }
                exists (x=1)
                """))
                .withMessage("line 4: expected a parameter of this actor and found 'x'");
    }

    @Test
    void aPropositionThatAlwaysHoldsIsAlwaysSeen() {
        assertThat(underSc("exists (x=1)").observation()).isEqualTo(Observation.ALWAYS);
        assertThat(underSc("exists (true)").observation()).isEqualTo(Observation.ALWAYS);
        assertThat(underSc("exists (false)").observation()).isEqualTo(Observation.NEVER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exists (~(0:r0=0))                       | 2",
                "exists (not (0:r0=0 \\/ 1:r0=0))         | 1",
                "exists (0:r0=0 \\/ 0:r0=1 /\\ 1:r0=0)    | 2",
                "exists ((0:r0=0 \\/ 0:r0=1) /\\ 1:r0=0)  | 1",
                "exists (0:r0!=0)                         | 2",
                "exists ([x]=1 /\\ y=-1)                  | 0",
            })
    void propositionsNegateAndNest(String condition, int positive) {
        assertThat(underSc(condition).positive()).isEqualTo(positive);
    }

    @Test
    void deadlocksAreNotCounted() {
        LitmusVerdict verdict = LitmusTest.parse("""
                C deadlock
                {}
                P0(spinlock_t *l, spinlock_t *m) { spin_lock(l); spin_lock(m); spin_unlock(m); spin_unlock(l); }
                P1(spinlock_t *l, spinlock_t *m) { spin_lock(m); spin_lock(l); spin_unlock(l); spin_unlock(m); }
                exists (true)
                """).explore(Weak.MODEL);
        assertThat(verdict.deadlocks()).isTrue();
        assertThat(verdict.observation()).isEqualTo(Observation.ALWAYS);
        assertThat(verdict.positive()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "int r = 1 + 2 * 3;                                       # 7",
                "int r = 1 << 2 == 4 && !0;                               # 1",
                "int r = 6 & 3 | 8;                                       # 10",
                "int r = -2 < ~0 || READ_ONCE(*x);                        # 1",
                "int r = (6 ^ 3) + 8 * (6 & 3);                           # 21",
                "int r = (3 == 3) + 2 * (3 == 4);                         # 1",
                "int r = (3 != 3) + 2 * (3 != 4);                         # 2",
                "int r = (1 < 2) + 2 * (2 < 2) + 4 * (3 < 2);             # 1",
                "int r = (1 <= 2) + 2 * (2 <= 2) + 4 * (3 <= 2);          # 3",
                "int r = (1 > 2) + 2 * (2 > 2) + 4 * (3 > 2);             # 4",
                "int r = (1 >= 2) + 2 * (2 >= 2) + 4 * (3 >= 2);          # 6",
                "int r = -(2 - 5) + (16 >> 2);                            # 7",
                "int r = ~6;                                              # -7",
                "int r = !7 + 2 * !0;                                     # 2",
                "int r = (1 && 2) + 2 * (0 || 3) + 4 * (0 && 1);          # 3",
                "int r; if (READ_ONCE(*x) == 5) { r = 2; } else r = 3;    # 2",
                "int r; if (READ_ONCE(*x) != 5) r = 2; else { r = 3; }    # 3",
                "int r = atomic_cmpxchg(x, 5, 6) + READ_ONCE(*x);         # 11",
                "int r = cmpxchg_relaxed(x, 4, 6) + READ_ONCE(*x);        # 10",
                "int r = atomic_sub_return(2, x);                         # 3",
                "int r = atomic_fetch_inc_acquire(x) + atomic_read(x);    # 11",
                "int r = atomic_dec_and_test(x);                          # 0",
                "int r = atomic_add_unless(x, 1, 5) + atomic_read(x);     # 5",
                "int r = spin_trylock(l) + spin_trylock(l);               # 1",
                "int r; atomic_and(4, x); r = atomic_read(x);             # 4",
                "int r = xchg_release(x, 0x10) + READ_ONCE(*x); /* */ //  # 21",
            })
    void statementsAndPrimitivesMeanWhatTheyMeanInC(String body, long value) {
        assertThat(registerAfter(body)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int r; while (1) {}                     | line 5: 'while' is not supported",
                "int r; goto out;                        | line 5: 'goto' is not supported",
                "int r = *x;                             | line 5: a plain read is not supported; use READ_ONCE",
                "*x = 1;                                 | line 5: a plain write is not supported; use WRITE_ONCE",
                "rcu_read_lock();                        | line 5: 'rcu_read_lock' is not supported",
                "int r = rcu_dereference(*x);            | line 5: 'rcu_dereference' is not supported",
                "int r = smp_mb();                       | line 5: 'smp_mb' has no value",
                "int *r;                                 | line 5: a register that holds a pointer is not supported",
                "int r = 1 ? 2 : 3;                      | line 5: the conditional operator '?' is not supported; use if",
                "int r = 4 / 2;                          | line 5: the operator '/' is not supported",
                "int r = READ_ONCE(x);                   | line 5: 'READ_ONCE' takes *pointer and found 'x'",
                "int r = atomic_read(*x);                | line 5: 'atomic_read' takes a pointer and found '*'",
                "r = 1;                                  | line 5: register 'r' is not declared",
                "x = 1;                                  | line 5: assigning to the pointer 'x' is not supported",
                "int r; int r;                           | line 5: register 'r' is declared twice",
                "int r = q;                              | line 5: 'q' is neither a register nor a parameter",
                "int r = x;                              | line 5: using the pointer 'x' as a value is not supported",
                "int r[2];                               | line 5: arrays are not supported",
                "int r                                   | line 6: expected ';' and found '}'",
                "smp_mb()                                | line 6: expected ';' and found '}'",
                "int r; r = 1                            | line 6: expected ';' and found '}'",
                "spin_lock(a); WRITE_ONCE(*a, 1);        | line 5: 'a' is used both as a spin lock and as a plain word",
                "int r = (int) 3;                        | line 5: a cast is not supported",
                "int r @ 3;                              | line 5: unexpected character '@'",
                "WRITE_ONCE(*x, 1, 2);                   | line 5: 'WRITE_ONCE' takes 2 arguments, and ',' follows them",
            })
    void whatIsNotReadIsRefusedByNameAndLine(String body, String message) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> program(body))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AArch64 x;{};P0(int *x) { };exists (x=0)         | line 1: a litmus test in C begins with 'C' and its name",
                "C t;{ x=&y; };P0(int *x) { };exists (x=0)        | line 2: a word that holds a pointer is not supported",
                "C t;{ int x[2]; };P0(int *x) { };exists (x=0)    | line 2: arrays are not supported",
                "C t;{ x=1 y=2; };P0(int *x) { };exists (x=0)     | line 2: expected ';' and found 'y'",
                "C t;{ 0:r=1; };P0(int *x) { };exists (x=0)       | line 2: initial values of registers are not supported",
                "C t;{};exists (x=0)                              | line 3: expected an actor P0(...) and found 'exists'",
                "C t;{};P1(int *x) { };exists (x=0)               | line 3: expected actor P0 and found P1",
                "C t;{};P0(struct s *x) { };exists (x=0)          | line 3: structures are not supported",
                "C t;{};P0(int *x) { };filter (x=0)               | line 4: 'filter' is not supported",
                "C t;{};P0(int *x) { };exists (y=0)               | line 4: no word is called 'y'",
                "C t;{};P0(int *x) { };exists (1:r=0)             | line 4: there is no actor P1",
                "C t;{};P0(int *x) { };exists (0:r=0)             | line 4: P0 has no register 'r'",
                "C t;{};P0(int *x) { };exists (x=0) what          | line 4: nothing may follow the final condition, but 'what' does",
                "C t;{};P0(int *x) { };exists (x=99999999999999999999) | line 4: the number 99999999999999999999 does not fit 64 bits",
                "C t;{};P0(int *x) { };exists (x=0                | line 4: expected ')' and found the end of the file",
                "C t;{};P0(spinlock_t *l) { spin_lock(l); };exists (l=0) | line 4: the final value of the spin lock 'l' is not a question",
            })
    void aBadFrameIsRefusedByNameAndLine(String text, String message) {
        String file = text.replace("C t;", "C t\n").replace("{};", "{}\n").replace(" };", " }\n");
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> LitmusTest.parse(file))
                .withMessage(message);
    }

    @Test
    void aFinalStateIsShownAsHerdShowsIt() {
        LitmusTest test = LitmusTest.parse(STORE_BUFFERING + "exists (x=1)");
        FinalState first =
                test.explore(Sc.MODEL).exploration().outcomes().iterator().next();
        assertThat(test.shown(first)).isEqualTo("0:r0=0; 1:r0=1; x=1; y=1;");
    }

    @Test
    void everyDifferenceBetweenTheKernelsModelAndWeakIsLoadBuffering() {
        assertThat(Corpus.entries().stream().filter(entry -> !entry.lkmm().equals(entry.weak())))
                .hasSize(18)
                .allSatisfy(entry -> {
                    assertThat(entry.lkmm()).isEqualTo("Sometimes");
                    assertThat(entry.weak()).isEqualTo("Never");
                });
    }
}
