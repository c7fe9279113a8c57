// SPDX-License-Identifier: Apache-2.0
package pagerace.broken.stranger;

final class InNoKnownPackage {
    private InNoKnownPackage() {}
}
