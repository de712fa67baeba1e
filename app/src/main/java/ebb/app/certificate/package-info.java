/// The certificate that a server shows for TLS: read from files of an operator, or made for the
/// loopback address and renewed before it ends.
///
/// Whom a client trusts is the client's affair, and which library speaks TLS that of
/// `ebb.app.http`. Read [ServerCertificate] first.
@NullMarked
package ebb.app.certificate;

import org.jspecify.annotations.NullMarked;
