import CLibPQ

extension PostgresConnection {
  /// Where the connection stands, by the server's last answer.
  public enum TransactionStatus: Sendable, Equatable {
    /// No transaction is open: a statement would be one of its own.
    case idle
    /// A statement or a COPY is under way.
    case active
    case inTransaction
    /// A statement of the transaction was refused; only ROLLBACK is taken.
    case failed
    /// The connection is closed or lost.
    case unknown
  }

  public var transactionStatus: TransactionStatus {
    switch unsafe PQtransactionStatus(handle) {
    case PQTRANS_IDLE: .idle
    case PQTRANS_ACTIVE: .active
    case PQTRANS_INTRANS: .inTransaction
    case PQTRANS_INERROR: .failed
    default: .unknown
    }
  }
}
